//! A course as pages to take along: what its students read now, with the files these texts show, and nothing that needs the site.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use html_escape::{encode_double_quoted_attribute, encode_text};

use super::folder::FolderFile;
use super::packing::Pack;
use crate::clock::Millis;
use crate::courses::policy::{CourseReader, Standing};
use crate::db::Read;
use crate::error::AppError;
use crate::failure::Failure;
use crate::files::name::IN_TEXTS;
use crate::http::assets::style_sheet;
use crate::lessons::markdown::{CleanHtml, render_for_page};
use crate::lessons::model::{LessonState, minutes_in_words};
use crate::lessons::store::{Group, Plan, PlanRow};
use crate::ui::when;
use crate::zone::Zone;

/// Bytes of all pages of a copy: they are in memory until they are packed.
const MOST_OF_PAGES: usize = 128 << 20;

/// What the copy is made of.
pub struct Course {
    standing: Standing,
    plan: Plan,
    texts: BTreeMap<String, String>,
    files: Vec<FolderFile>,
    now: Millis,
}

impl Course {
    /// What students of the course read at the moment that is shown. Also for the staff: no draft leaves in it.
    pub async fn read(reader: &mut CourseReader<'_, Read>) -> Result<Self, Failure> {
        Ok(Self {
            plan: reader.list_plan().await?,
            texts: reader.list_texts().await?.into_iter().collect(),
            files: reader.list_readable_files().await?.into_iter().filter_map(FolderFile::of).collect(),
            now: reader.moment(),
            standing: reader.standing().clone(),
        })
    }

    /// The pages, the style sheet and the files. Links to the site become whole with its `origin`.
    pub async fn pages(self, origin: &str) -> Result<Pack, Failure> {
        let course = &self.standing.course;
        let slugs: BTreeSet<&str> = self.texts.keys().map(String::as_str).collect();
        let links = Links { course: &course.slug, origin, lessons: &slugs };
        let mut texts = Vec::new();
        if let Some(css) = style_sheet() {
            texts.push(("style.css".to_owned(), css));
        }
        let about = render_for_page(&course.description, &course.slug).await?;
        texts.push(("index.html".to_owned(), self.index(&links.here(&about, ""), origin)));
        let rows: Vec<&PlanRow> = self.plan.lessons.iter().filter(|row| self.texts.contains_key(&row.slug)).collect();
        let mut bytes = 0;
        for (at, row) in rows.iter().enumerate() {
            let Some(text) = self.texts.get(&row.slug) else { continue };
            let html = render_for_page(text, &course.slug).await?;
            let before = at.checked_sub(1).and_then(|at| rows.get(at));
            let page = self.lesson(row, &links.here(&html, "../"), [before, rows.get(at + 1)], origin);
            bytes += page.len();
            if bytes > MOST_OF_PAGES {
                let words = "This course is too large to be taken along in one piece. Its lessons are here to be read.";
                return Err(AppError::Conflict(words.to_owned()).into());
            }
            texts.push((format!("lessons/{}.html", row.slug), page));
        }
        let top = format!("{}-to-read", course.slug);
        Ok(Pack { top, texts, files: self.files })
    }

    fn index(&self, about: &str, origin: &str) -> String {
        let course = &self.standing.course;
        let mut body = format!(
            "<h1 dir=\"auto\">{}</h1>\n<p class=\"intro\" dir=\"auto\">{}</p>\n",
            encode_text(&course.title),
            encode_text(&course.summary)
        );
        if self.plan.lessons.iter().all(|row| row.state == LessonState::Draft) {
            body.push_str("<p>There are no lessons in it yet.</p>\n");
        }
        for Group { module, lessons } in self.plan.groups() {
            let first = lessons.first().map_or(1, |(at, _)| at + 1);
            let rows: String = lessons.into_iter().filter_map(|(_, row)| self.row(row)).collect();
            if rows.is_empty() {
                continue;
            }
            if let Some(module) = module {
                let _ = writeln!(body, "<h2 dir=\"auto\">{}</h2>", encode_text(&module.title));
            }
            let _ = writeln!(body, "<ol start=\"{first}\">\n{rows}</ol>");
        }
        if !about.trim().is_empty() {
            let _ = writeln!(body, "<h2>About this course</h2>");
        }
        let body = format!("<div class=\"prose\">\n{body}</div>\n<div class=\"prose\" dir=\"auto\">{about}</div>");
        self.page(&course.title, "", &body, origin)
    }

    /// A lesson in the plan; none for a draft.
    fn row(&self, row: &PlanRow) -> Option<String> {
        let title = encode_text(&row.title);
        let summary = if row.summary.is_empty() {
            String::new()
        } else {
            format!("<br><span dir=\"auto\">{}</span>", encode_text(&row.summary))
        };
        match row.state {
            LessonState::Draft => None,
            LessonState::Published => {
                Some(format!("<li><a href=\"lessons/{}.html\" dir=\"auto\">{title}</a>{summary}</li>\n", row.slug))
            }
            LessonState::Scheduled => {
                let zone = Zone::stored(&self.standing.course.time_zone);
                let opens = row.releases_at.map(|at| format!(", opens {}", zone.words(at))).unwrap_or_default();
                Some(format!("<li><span dir=\"auto\">{title}</span>{}{summary}</li>\n", encode_text(&opens)))
            }
        }
    }

    fn lesson(&self, row: &PlanRow, html: &str, neighbours: [Option<&&PlanRow>; 2], origin: &str) -> String {
        let summary = if row.summary.is_empty() {
            String::new()
        } else {
            format!("<p class=\"intro\" dir=\"auto\">{}</p>\n", encode_text(&row.summary))
        };
        let [before, after] = neighbours.map(|row| row.copied());
        let link = |row: Option<&PlanRow>, rel: &str, words: &str| {
            row.map(|row| {
                format!(
                    "<a rel=\"{rel}\" href=\"{}.html\"><span class=\"meta\">{words}</span><span dir=\"auto\">{}</span></a>",
                    row.slug,
                    encode_text(&row.title)
                )
            })
            .unwrap_or_default()
        };
        let neighbours = match (link(before, "prev", "Before"), link(after, "next", "Next")) {
            (before, after) if before.is_empty() && after.is_empty() => String::new(),
            (before, after) => format!(
                "<nav class=\"neighbours gap-above\" aria-label=\"Lessons before and after\">{before}{after}</nav>"
            ),
        };
        let body = format!(
            "<p class=\"quiet-text\"><a href=\"../index.html\" dir=\"auto\">{}</a>, about {}</p>\n\
             <h1 dir=\"auto\">{}</h1>\n{summary}<div class=\"prose\" dir=\"auto\">{html}</div>\n\
             {neighbours}",
            encode_text(&self.standing.course.title),
            minutes_in_words(row.length),
            encode_text(&row.title),
        );
        self.page(&row.title, "../", &body, origin)
    }

    fn page(&self, title: &str, up: &str, body: &str, origin: &str) -> String {
        let course = &self.standing.course;
        let address = format!("{origin}/courses/{}", course.slug);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n<link rel=\"stylesheet\" href=\"{up}style.css\">\n</head>\n<body>\n<main class=\"page wrap lesson\">\n<article>\n{body}\n\
             <p class=\"quiet-text gap-above\">A copy of <a href=\"{}\">{}</a> as it was {}.</p>\n</article>\n</main>\n</body>\n</html>\n",
            encode_text(title),
            encode_double_quoted_attribute(&address),
            encode_text(&address),
            encode_text(&when::day(self.now, 0)),
        )
    }
}

/// Where links of a text lead in a copy.
struct Links<'l> {
    course: &'l str,
    origin: &'l str,
    /// Those that are in it.
    lessons: &'l BTreeSet<&'l str>,
}

impl Links<'_> {
    /// A text with its links led to the copy's own pages and files, else to the site. `up` leads from its page to the top.
    fn here(&self, html: &CleanHtml, up: &str) -> String {
        let mut parts = html.as_str().split('<');
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            // Clean HTML has this sign where an element begins, and nowhere else.
            let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
            out.push('<');
            out.push_str(&self.tag(tag, up));
            if part.len() > tag.len() {
                out.push('>');
            }
            out.push_str(rest);
        }
        out
    }

    fn tag(&self, tag: &str, up: &str) -> String {
        for attribute in [" href=\"", " src=\""] {
            let Some((before, rest)) = tag.split_once(attribute) else { continue };
            let Some((address, after)) = rest.split_once('"') else { continue };
            return format!("{before}{attribute}{}\"{after}", self.address(address, up));
        }
        tag.to_owned()
    }

    fn address(&self, address: &str, up: &str) -> String {
        if let Some(host) = address.strip_prefix("//") {
            // Of a page on a disk this would be another machine's disk.
            return format!("https://{host}");
        }
        if !address.starts_with('/') {
            // Beside a lesson there are lessons.
            return if up.is_empty() { None } else { self.lesson(address) }.unwrap_or_else(|| address.to_owned());
        }
        let there = || format!("{}{address}", self.origin);
        let in_course = address.strip_prefix("/courses/").and_then(|rest| rest.strip_prefix(self.course));
        let Some(rest) = in_course else { return there() };
        if rest.is_empty() || rest == "/" {
            return format!("{up}index.html");
        }
        let Some(page) = rest.strip_prefix('/') else { return there() };
        match page.strip_prefix(IN_TEXTS) {
            Some(name) if !name.contains('/') => return format!("{up}{page}"),
            Some(_) => return there(),
            None => {}
        }
        let lesson = page.strip_prefix("lessons/").and_then(|lesson| self.lesson(lesson));
        lesson.map_or_else(there, |lesson| format!("{up}lessons/{lesson}"))
    }

    /// The page of a lesson that is in the copy, with the place in it.
    fn lesson(&self, address: &str) -> Option<String> {
        let (slug, place) = address.split_at(address.find('#').unwrap_or(address.len()));
        self.lessons.contains(slug).then(|| format!("{slug}.html{place}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::markdown::render;

    #[test]
    fn links_lead_to_the_copy_where_it_has_what_they_mean_and_to_the_site_otherwise() {
        let lessons = BTreeSet::from(["clay"]);
        let links = Links { course: "soil", origin: "https://a.example", lessons: &lessons };
        let text = "![Map](files/map.png) [Clay](/courses/soil/lessons/clay#sand) [Draft](/courses/soil/lessons/draft) [Lab](/lab) \
                    [There](https://x.example/) [Here](#here) `<a href=\"/lab\">` [T](/t \"a > b\") [S](clay#x) [C](/courses/soil) [F](//far.example/x) [U](/courses/soil/files/../../x)";
        let html = links.here(&render(text, "soil"), "../");
        for part in [
            "src=\"../files/map.png\"",
            "href=\"../lessons/clay.html#sand\"",
            "href=\"https://a.example/courses/soil/lessons/draft\"",
            "href=\"https://a.example/lab\"",
            "href=\"https://x.example/\"",
            "href=\"#here\"",
            "&lt;a href=\"/lab\"&gt;",
            "href=\"https://a.example/t\"",
            "href=\"clay.html#x\"",
            "href=\"../index.html\"",
            "href=\"https://far.example/x\"",
            "href=\"https://a.example/courses/soil/files/../../x\"",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
