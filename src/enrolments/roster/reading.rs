//! Rows out of text: from a spreadsheet's file, another learning platform's export, or a list somebody wrote.
//!
//! One bad row never fails the others: what a row lacks stands in it. Everything has an end: rows, columns, letters.
//! A quarter of the file are its tests, which hold the exports that it reads.

use crate::accounts::model::{Email, PersonName};
use crate::audit::export::FORMULA;
use crate::enrolments::model::CourseRole;
use crate::field::grouped;
use crate::http::form_file::NO_TEXT;

/// The most people in one roster: more than any course here is meant for.
pub const MOST_ROWS: usize = 2_000;
/// The most bytes of its text: 500 for each of them, for exports that have a column for each task.
const MOST_BYTES: usize = 1_000_000;
/// Columns beyond these are not looked at. Exports of marks have one for each task, behind those that say who it is.
const MOST_COLUMNS: usize = 30;
/// A cell in quotes may go on over so many lines; one that never ends is taken as it is, and takes no other row with it.
const MOST_LINES_IN_A_CELL: usize = 10;
/// Nobody's name or address has more letters; a cell of more is cut.
const LONGEST_CELL: usize = 300;

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Nothing that is wanted here.
    Nothing,
    /// An address, alone or as `Ada Lovelace <ada@uni.example>`.
    Email,
    /// A whole name.
    Name,
    /// A given name.
    First,
    /// A family name.
    Last,
    /// A role in the course.
    Role,
}

impl Column {
    /// In the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::Nothing, Self::Email, Self::Name, Self::First, Self::Last, Self::Role];

    /// As the database and forms write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Email => "email",
            Self::Name => "name",
            Self::First => "first",
            Self::Last => "last",
            Self::Role => "role",
        }
    }

    /// As a person reads it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "Not used",
            Self::Email => "Email",
            Self::Name => "Name",
            Self::First => "First name",
            Self::Last => "Last name",
            Self::Role => "Role",
        }
    }

    /// What is not known says nothing.
    pub fn of_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|column| column.key() == key).unwrap_or(Self::Nothing)
    }

    /// By what stands above it.
    fn of_head(head: &str) -> Self {
        let word: String = head.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        match word.as_str() {
            "email" | "emailaddress" | "mail" | "emails" | "sisloginid" | "loginid" => Self::Email,
            "name" | "fullname" | "student" | "studentname" | "displayname" | "participant" => Self::Name,
            "first" | "firstname" | "firstnames" | "givenname" | "givennames" | "forename" => Self::First,
            "last" | "lastname" | "surname" | "familyname" => Self::Last,
            "role" | "roles" | "courserole" => Self::Role,
            _ => Self::Nothing,
        }
    }
}

/// A text as cells, and what its columns seem to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The cells of each row that has any, with its number in the text, from 1 on.
    pub rows: Vec<(usize, Vec<String>)>,
    /// The first row says what the columns are.
    pub has_head: bool,
    /// For each column.
    pub columns: Vec<Column>,
}

/// Somebody in a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of its row in the text, from 1 on.
    pub number: usize,
    /// As the roster writes it; none: it does not say, or what it says is no name.
    pub name: Option<String>,
    /// Whose place it is, or what is wrong with the cell.
    pub email: Result<Email, String>,
    /// As what; none: the roster does not say. Or what is wrong with the cell.
    pub role: Result<Option<CourseRole>, String>,
}

impl Table {
    /// Reads a text. Refused, with a sentence without its full stop: nothing in it, or too many rows.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
        if text.len() > MOST_BYTES {
            return Err(format!("A list can have {} bytes, and this has {}", grouped(MOST_BYTES), grouped(text.len())));
        }
        let count = text.lines().filter(|line| !line.trim().is_empty()).count();
        if count > MOST_ROWS + 1 {
            return Err(too_many(count));
        }
        let rows = if count == 1 && text.matches('@').count() > 1 { one_line(&text) } else { records(&text) };
        if text.trim() == NO_TEXT {
            return Err("That file is no text. A spreadsheet can save a table as CSV: choose that".to_owned());
        }
        if rows.is_empty() {
            return Err("Paste a list or choose a file with one".to_owned());
        }
        let has_head = rows[0].1.iter().all(|cell| !cell.contains('@'))
            && (rows.len() > 1 || rows[0].1.iter().any(|cell| Column::of_head(cell) != Column::Nothing));
        let people = rows.len() - usize::from(has_head);
        if people > MOST_ROWS {
            return Err(too_many(people));
        }
        let columns = guess(&rows, has_head);
        Ok(Self { rows, has_head, columns })
    }

    /// The people in it, once it is known what the columns say.
    pub fn lines(&self, columns: &[Column], has_head: bool) -> Vec<Line> {
        let people = self.rows.iter().skip(usize::from(has_head));
        people.map(|(number, cells)| line(*number, cells, columns)).collect()
    }

    /// What stands above a column, or its first cell where there is no head; for somebody who says what it is.
    pub fn example(&self, column: usize) -> &str {
        self.rows.first().and_then(|(_, cells)| cells.get(column)).map_or("", String::as_str)
    }

    /// How many columns hold anything.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0)
    }
}

fn too_many(count: usize) -> String {
    format!("A list can have {} rows, and this has {}. Import it in parts", grouped(MOST_ROWS), grouped(count))
}

/// Several addresses in one line, as a mail program lists its recipients.
fn one_line(text: &str) -> Vec<(usize, Vec<String>)> {
    let each = text.split([',', ';', '\n']).map(clean).filter(|cell| !cell.is_empty());
    each.enumerate().map(|(at, cell)| (at + 1, vec![cell])).collect()
}

fn records(text: &str) -> Vec<(usize, Vec<String>)> {
    let lines: Vec<&str> = text.lines().collect();
    let delimiter = delimiter_of(&lines);
    let mut rows = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        let end = (at + 1..=(at + MOST_LINES_IN_A_CELL).min(lines.len()))
            .find(|end| lines[at..*end].iter().map(|line| line.matches('"').count()).sum::<usize>() % 2 == 0);
        let (taken, has_quotes) = end.map_or((1, false), |end| (end - at, true));
        let cells = cells_of(&lines[at..at + taken].join("\n"), delimiter, has_quotes);
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push((at + 1, cells));
        }
        at += taken;
    }
    rows
}

/// What the first rows have most of between their words.
fn delimiter_of(lines: &[&str]) -> u8 {
    let first = || lines.iter().filter(|line| !line.trim().is_empty()).take(5);
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|sign| {
            // Tabs stand in no name; the last of equals wins, so a comma where there is nothing else.
            let weight = if *sign == b'\t' { 10 } else { 1 };
            first().map(|line| line.bytes().filter(|byte| byte == sign).count() * weight).sum::<usize>()
        })
        .unwrap_or(b',')
}

fn cells_of(record: &str, delimiter: u8, has_quotes: bool) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(has_quotes)
        .from_reader(record.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().take(MOST_COLUMNS).map(clean).collect()
}

/// A cell without what nobody sees, and without the sign that keeps a spreadsheet from computing it.
fn clean(cell: &str) -> String {
    let cell: String = cell.chars().take(LONGEST_CELL).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest.to_owned(),
        _ => cell.to_owned(),
    }
}

/// What each column seems to say: by its head, and the address by what looks like one.
fn guess(rows: &[(usize, Vec<String>)], has_head: bool) -> Vec<Column> {
    let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let head = if has_head { rows.first().map(|(_, cells)| cells.as_slice()) } else { None };
    let of_head =
        |column: usize| head.and_then(|cells| cells.get(column)).map_or(Column::Nothing, |cell| Column::of_head(cell));
    let addresses = |column: usize| {
        rows.iter().filter(|(_, cells)| cells.get(column).is_some_and(|cell| cell.contains('@'))).count()
    };
    // The head decides between columns with as many addresses: some exports call a number "login".
    let email = (0..width)
        .max_by_key(|column| (addresses(*column), of_head(*column) == Column::Email, usize::MAX - column))
        .filter(|column| addresses(*column) > 0 || of_head(*column) == Column::Email);
    let mut columns = Vec::new();
    for column in 0..width {
        let by_head = of_head(column);
        let is_new = by_head == Column::Nothing || !columns.contains(&by_head);
        columns.push(match by_head {
            _ if Some(column) == email => Column::Email,
            Column::Email => Column::Nothing,
            other if is_new => other,
            _ => Column::Nothing,
        });
    }
    let says_who =
        |columns: &[Column]| columns.iter().any(|each| matches!(each, Column::Name | Column::First | Column::Last));
    if !has_head && !says_who(&columns) {
        let is_wordy = |column: &usize| {
            rows.iter().any(|(_, cells)| cells.get(*column).is_some_and(|cell| cell.chars().any(char::is_alphabetic)))
        };
        if let Some(name) = (0..width).find(|column| Some(*column) != email && is_wordy(column)) {
            columns[name] = Column::Name;
        }
    }
    columns
}

fn line(number: usize, cells: &[String], columns: &[Column]) -> Line {
    let of = |wanted: Column| {
        let at = columns.iter().position(|column| *column == wanted);
        at.and_then(|at| cells.get(at)).map(String::as_str).filter(|cell| !cell.is_empty())
    };
    let (beside, email) = of(Column::Email).map_or((None, Err("It has no email address".to_owned())), address);
    let whole = match (of(Column::First), of(Column::Last)) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        (first, last) => of(Column::Name).map(in_order).or(first.or(last).map(str::to_owned)).or(beside),
    };
    let name = whole.and_then(|name| PersonName::parse(&name).ok()).map(|name| name.as_str().to_owned());
    Line { number, name, email, role: role(of(Column::Role)) }
}

/// An address, and the name beside it where it stands in angle brackets.
fn address(cell: &str) -> (Option<String>, Result<Email, String>) {
    let (name, address) = match cell.rsplit_once('<') {
        Some((name, rest)) => (Some(name.trim().trim_matches('"').trim()), rest.trim().trim_end_matches('>')),
        None => (None, cell),
    };
    let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
    let email =
        Email::parse(address.trim_start_matches("mailto:")).map_err(|_| format!("“{address}” is no email address"));
    (name, email)
}

/// "Lovelace, Ada" as Ada Lovelace writes it. A second comma means something else.
fn in_order(name: &str) -> String {
    match name.split_once(',') {
        Some((last, first)) if !first.contains(',') && !first.trim().is_empty() => {
            format!("{} {}", first.trim(), last.trim())
        }
        _ => name.to_owned(),
    }
}

/// A role as this site or others call it.
fn role(cell: Option<&str>) -> Result<Option<CourseRole>, String> {
    let Some(cell) = cell else { return Ok(None) };
    match cell.to_lowercase().as_str() {
        "student" | "learner" | "participant" | "studentenrollment" => Ok(Some(CourseRole::Student)),
        "assistant" | "ta" | "teaching assistant" | "non-editing teacher" | "taenrollment" => {
            Ok(Some(CourseRole::Assistant))
        }
        "instructor" | "teacher" | "teacherenrollment" => Ok(Some(CourseRole::Instructor)),
        "owner" => Ok(Some(CourseRole::Owner)),
        _ => Err(format!("“{cell}” is no role here: student, assistant or instructor")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, String, String, String)> {
        let table = Table::read(text).unwrap();
        let lines = table.lines(&table.columns, table.has_head);
        let said = |line: Line| {
            let email = line.email.map_or_else(|wrong| wrong, |email| email.as_typed().to_owned());
            let role = line.role.map_or_else(|wrong| wrong, |role| role.map_or("", CourseRole::key).to_owned());
            (line.number, line.name.unwrap_or_default(), email, role)
        };
        lines.into_iter().map(said).collect()
    }

    fn row(number: usize, name: &str, email: &str, role: &str) -> (usize, String, String, String) {
        (number, name.to_owned(), email.to_owned(), role.to_owned())
    }

    #[test]
    fn exports_of_three_kinds_are_read_without_being_told_what_they_are() {
        let marks = "Student,ID,SIS User ID,SIS Login ID,Section,Essay 1 (7)\n    Points Possible,,,,,10\n\
                     \"Lovelace, Ada\",17,u17,ada@uni.example,Group A,9\n\"Byron, Anne, Lady\",18,u18,anne@uni.example,Group A,\n";
        assert_eq!(
            read(marks),
            [
                row(2, "Points Possible", "It has no email address", ""),
                row(3, "Ada Lovelace", "ada@uni.example", ""),
                row(4, "Byron, Anne, Lady", "anne@uni.example", ""),
            ]
        );
        let participants = "\u{feff}First name;Surname;Email address;Groups;Roles\r\nAda;Lovelace;ada@uni.example;\"A;B\";Student\r\n\
                            Bo;Teach;bo@uni.example;;Non-editing teacher\r\n;;;;\r\nCy;X;cy@uni.example;;Observer\r\n";
        assert_eq!(
            read(participants),
            [
                row(2, "Ada Lovelace", "ada@uni.example", "student"),
                row(3, "Bo Teach", "bo@uni.example", "assistant"),
                row(5, "Cy X", "cy@uni.example", "“Observer” is no role here: student, assistant or instructor"),
            ]
        );
        assert_eq!(
            read("ada@uni.example\tAda\nbo@uni.example\tBo\n"),
            [row(1, "Ada", "ada@uni.example", ""), row(2, "Bo", "bo@uni.example", "")]
        );
    }

    #[test]
    fn lists_as_people_write_them_are_read_too() {
        let recipients = "Ada Lovelace <ada@uni.example>; \"Bo\" <bo@uni.example>, cy@uni.example";
        let expected = [
            row(1, "Ada Lovelace", "ada@uni.example", ""),
            row(2, "Bo", "bo@uni.example", ""),
            row(3, "", "cy@uni.example", ""),
        ];
        assert_eq!(read(recipients), expected);
        assert_eq!(read("ada@uni.example"), [row(1, "", "ada@uni.example", "")]);
        assert_eq!(
            read("ada@uni.example\n\nnot an address\n"),
            [row(1, "", "ada@uni.example", ""), row(3, "", "“not an address” is no email address", "")]
        );
        assert_eq!(Table::read(" \n\t\n"), Err("Paste a list or choose a file with one".to_owned()));
    }

    #[test]
    fn one_bad_row_takes_no_other_with_it() {
        let text = "Name,Email\n\"Ada,ada@uni.example\nBo,bo@uni.example\n'=1+1,\u{0}cy@uni.example\n\"Dee\nDi\",dee@uni.example\n";
        // The third quote closes the first where it stands within ten lines: the text is read as a spreadsheet would.
        let alone = text.split_once("\"Dee").unwrap().0;
        assert_eq!(
            read(alone),
            [
                row(2, "\"Ada", "ada@uni.example", ""),
                row(3, "Bo", "bo@uni.example", ""),
                row(4, "=1+1", "cy@uni.example", ""),
            ]
        );
        assert_eq!(read("Name,Email\n\"Dee\nDi\",dee@uni.example\n")[0].1, "Dee Di");
        let many = "x@uni.example\n".repeat(50_000);
        assert_eq!(
            Table::read(&many),
            Err("A list can have 2,000 rows, and this has 50,000. Import it in parts".to_owned())
        );
        assert!(Table::read(&"x@uni.example\n".repeat(100_000)).is_err());
        assert_eq!(read(&format!("{}x@uni.example", "\n".repeat(900_000))), [row(900_001, "", "x@uni.example", "")]);
        let in_one_line = "x@uni.example, ".repeat(3_000);
        assert_eq!(
            Table::read(&in_one_line),
            Err("A list can have 2,000 rows, and this has 3,000. Import it in parts".to_owned())
        );
        let wide = format!("{}a@uni.example", ",".repeat(100_000));
        assert!(Table::read(&wide).is_err() || read(&wide)[0].2 == "It has no email address");
        let long = format!("{},a@uni.example", "n".repeat(900_000));
        assert_eq!(read(&long), [row(1, "", "a@uni.example", "")]);
    }
}
