//! Where uploaded files are kept, and which may be.

use std::fmt;
use std::path::PathBuf;

use super::WrongSetting;
use crate::files::kind::Kind;
use crate::files::name::is_ending;

/// `LECTERN_FILES`: where the contents of files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilesPlace {
    /// A folder of this machine, or one that all nodes see.
    Folder(PathBuf),
    /// A bucket of a store that speaks S3.
    S3(Bucket),
}

/// A bucket: `s3://name/prefix`, with `LECTERN_S3_..`.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// As the store calls it.
    pub name: String,
    /// What stands before every name in it; may be empty.
    pub prefix: String,
    /// `LECTERN_S3_ENDPOINT`: the store's address; none: Amazon's.
    pub endpoint: Option<String>,
    /// `LECTERN_S3_REGION`.
    pub region: String,
    /// `LECTERN_S3_KEY_ID`.
    pub key_id: String,
    /// `LECTERN_S3_SECRET`.
    pub secret: String,
}

/// Without the secret.
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, prefix, endpoint, .. } = self;
        f.debug_struct("Bucket")
            .field("name", name)
            .field("prefix", prefix)
            .field("endpoint", endpoint)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for FilesPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::S3(Bucket { name, prefix, .. }) => write!(f, "s3://{name}/{prefix}"),
        }
    }
}

/// What may be uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// `LECTERN_FILE_MAX_MB`: bytes of one file.
    pub most_bytes: u64,
    /// `LECTERN_COURSE_FILES`: files of one course.
    pub per_course: i64,
    /// `LECTERN_COURSE_FILES_MAX_MB`: bytes of all of them.
    pub course_bytes: i64,
    /// `LECTERN_FILE_TYPES`: what their names may end in, in small letters.
    pub endings: Vec<String>,
}

impl FileLimits {
    /// Whether names may end so.
    pub fn takes(&self, ending: &str) -> bool {
        self.endings.iter().any(|taken| taken == ending)
    }
}

const MB: u64 = 1 << 20;

/// A film of a lecture, and what one node still reads in an hour.
const LARGEST_MB: u64 = 2_000;

pub(super) fn place(
    text: &str,
    setting: impl Fn(&'static str) -> String,
    default: PathBuf,
) -> Result<FilesPlace, WrongSetting> {
    if text.is_empty() {
        return Ok(FilesPlace::Folder(default));
    }
    let Some(bucket) = text.strip_prefix("s3://") else {
        if text.contains("://") {
            let why = "needs a folder, or a bucket like s3://bucket/prefix".to_owned();
            return Err(WrongSetting { name: "LECTERN_FILES", why });
        }
        return Ok(FilesPlace::Folder(text.into()));
    };
    let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    if name.is_empty() {
        let why = "needs the name of a bucket, like s3://bucket/prefix".to_owned();
        return Err(WrongSetting { name: "LECTERN_FILES", why });
    }
    let needed = |of: &'static str| match setting(of) {
        value if value.is_empty() => {
            Err(WrongSetting { name: of, why: "is needed, since LECTERN_FILES is a bucket".to_owned() })
        }
        value => Ok(value),
    };
    let endpoint = Some(setting("LECTERN_S3_ENDPOINT")).filter(|it| !it.is_empty());
    if endpoint.as_ref().is_some_and(|it| !it.starts_with("https://") && !it.starts_with("http://")) {
        let why = "needs an address like https://s3.uni.example".to_owned();
        return Err(WrongSetting { name: "LECTERN_S3_ENDPOINT", why });
    }
    let region = Some(setting("LECTERN_S3_REGION")).filter(|it| !it.is_empty()).unwrap_or("us-east-1".to_owned());
    Ok(FilesPlace::S3(Bucket {
        name: name.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        endpoint,
        region,
        key_id: needed("LECTERN_S3_KEY_ID")?,
        secret: needed("LECTERN_S3_SECRET")?,
    }))
}

pub(super) fn limits(setting: impl Fn(&'static str, &str) -> String) -> Result<FileLimits, WrongSetting> {
    let number = |name: &'static str, default: &str, most: u64| {
        let text = setting(name, default);
        let number = text.parse::<u64>().ok().filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| WrongSetting {
            name,
            why: format!("needs a number from 1 to {most}, not \"{}\"", text.escape_debug()),
        })
    };
    let types = setting("LECTERN_FILE_TYPES", &Kind::usual());
    let endings: Vec<String> = types
        .split([',', ' '])
        .map(|ending| ending.trim_start_matches('.').to_ascii_lowercase())
        .filter(|ending| !ending.is_empty())
        .collect();
    if let Some(wrong) = endings.iter().find(|ending| !is_ending(ending)) {
        let why = format!("needs endings like png,pdf,zip, not \"{}\"", wrong.escape_debug());
        return Err(WrongSetting { name: "LECTERN_FILE_TYPES", why });
    }
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    Ok(FileLimits {
        most_bytes: number("LECTERN_FILE_MAX_MB", "50", LARGEST_MB)? * MB,
        per_course: signed(number("LECTERN_COURSE_FILES", "500", 10_000)?),
        course_bytes: signed(number("LECTERN_COURSE_FILES_MAX_MB", "2000", 10_000_000)? * MB),
        endings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_beside_the_database_or_in_a_bucket() {
        let set = |name: &'static str| match name {
            "LECTERN_S3_KEY_ID" => "id".to_owned(),
            "LECTERN_S3_SECRET" => "hush".to_owned(),
            _ => String::new(),
        };
        let of = |text: &str| place(text, set, "data/files".into());
        assert_eq!(of(""), Ok(FilesPlace::Folder("data/files".into())));
        assert_eq!(of("/srv/files"), Ok(FilesPlace::Folder("/srv/files".into())));
        let bucket = of("s3://lectern/a/b/").unwrap();
        assert_eq!(bucket.to_string(), "s3://lectern/a/b");
        assert!(!format!("{bucket:?}").contains("hush"));
        for wrong in ["s3://", "https://s3.example/x"] {
            assert_eq!(of(wrong).unwrap_err().name, "LECTERN_FILES", "{wrong}");
        }
        let without = place("s3://lectern", |_| String::new(), PathBuf::new()).unwrap_err();
        assert_eq!(without.name, "LECTERN_S3_KEY_ID");
    }

    #[test]
    fn limits_are_numbers_and_endings() {
        let with = |name: &'static str, value: &'static str| {
            limits(move |asked, default| if asked == name { value.to_owned() } else { default.to_owned() })
        };
        let usual = with("", "").unwrap();
        assert_eq!((usual.most_bytes, usual.per_course, usual.course_bytes), (50 * MB, 500, 2_000 << 20));
        assert!(usual.takes("pdf") && !usual.takes("html") && !usual.takes(""));
        assert_eq!(with("LECTERN_FILE_TYPES", ".PDF, zip").unwrap().endings, ["pdf", "zip"]);
        for (name, value) in [
            ("LECTERN_FILE_MAX_MB", "0"),
            ("LECTERN_FILE_MAX_MB", "5000"),
            ("LECTERN_COURSE_FILES", "many"),
            ("LECTERN_FILE_TYPES", "tar.gz"),
        ] {
            assert_eq!(with(name, value).unwrap_err().name, name, "{value}");
        }
    }
}
