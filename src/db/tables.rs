//! Every table and what stands in its columns, for a move from one engine to the other.

/// What a column holds, whichever engine keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number, a moment in milliseconds, an id.
    Int,
    /// UTF-8.
    Text,
    /// 0 or 1 in a file.
    Bool,
    /// As they are.
    Bytes,
    /// The end of a session record, as the session store writes it: text in a file.
    Moment,
}

/// A table, and what stands in its columns.
pub type Table = (&'static str, &'static [(&'static str, Kind)]);

/// Every table, each after those it points to. `tests/http/moving.rs` compares this with the tables there are.
pub const TABLES: &[Table] = {
    use Kind::{Bool, Bytes, Int, Moment, Text};
    &[
        (
            "users",
            &[
                ("id", Int),
                ("email", Text),
                ("email_key", Text),
                ("name", Text),
                ("role", Text),
                ("password_hash", Text),
                ("epoch", Int),
                ("disabled_at", Int),
                ("created_at", Int),
                ("changed_at", Int),
                ("deleted_at", Int),
                ("email_verified_at", Int),
                ("frozen_at", Int),
            ],
        ),
        ("session_records", &[("id", Text), ("data", Bytes), ("expiry_date", Moment)]),
        (
            "sign_ins",
            &[
                ("id", Int),
                ("user_id", Int),
                ("epoch", Int),
                ("how", Text),
                ("level", Int),
                ("remembered", Bool),
                ("name", Text),
                ("address", Text),
                ("user_agent", Text),
                ("created_at", Int),
                ("proven_at", Int),
                ("last_seen_at", Int),
                ("idle_ends_at", Int),
                ("absolute_ends_at", Int),
                ("form_key", Text),
                ("id_is_due", Bool),
                ("earlier_id_digest", Text),
                ("earlier_id_until", Int),
                ("ended_at", Int),
                ("ended_why", Text),
                ("proven_from_digest", Text),
                ("first_address", Text),
                ("earlier_id_from_digest", Text),
                ("second", Text),
            ],
        ),
        ("set_up_links", &[("token_digest", Text), ("user_id", Int), ("expires_at", Int), ("used_at", Int)]),
        (
            "kept_forms",
            &[
                ("token_digest", Text),
                ("action", Text),
                ("page", Text),
                ("content", Text),
                ("user_id", Int),
                ("unsent", Bool),
                ("size", Int),
                ("expires_at", Int),
            ],
        ),
        (
            "courses",
            &[
                ("id", Int),
                ("slug", Text),
                ("title", Text),
                ("summary", Text),
                ("description", Text),
                ("state", Text),
                ("listed", Bool),
                ("open", Bool),
                ("created_at", Int),
                ("changed_at", Int),
                ("published_at", Int),
            ],
        ),
        (
            "enrolments",
            &[
                ("course_id", Int),
                ("user_id", Int),
                ("role", Text),
                ("state", Text),
                ("joined_at", Int),
                ("ended_at", Int),
            ],
        ),
        (
            "lessons",
            &[
                ("id", Int),
                ("course_id", Int),
                ("slug", Text),
                ("title", Text),
                ("summary", Text),
                ("body", Text),
                ("state", Text),
                ("position", Int),
                ("created_at", Int),
                ("changed_at", Int),
            ],
        ),
        ("lesson_reads", &[("lesson_id", Int), ("user_id", Int), ("read_at", Int)]),
        (
            "audit_events",
            &[
                ("seq", Int),
                ("at", Int),
                ("event", Text),
                ("actor_kind", Text),
                ("actor_id", Int),
                ("about_id", Int),
                ("object_kind", Text),
                ("object_id", Int),
                ("place_digest", Text),
                ("change_digest", Text),
                ("hash", Text),
            ],
        ),
        ("audit_details", &[("seq", Int), ("kind", Text), ("salt", Text), ("content", Text)]),
        ("audit_head", &[("one", Int), ("seq", Int), ("hash", Text)]),
        (
            "code_apps",
            &[
                ("user_id", Int),
                ("seed", Text),
                ("created_at", Int),
                ("confirmed_at", Int),
                ("last_step", Int),
                ("last_used_at", Int),
            ],
        ),
        ("recovery_codes", &[("code_digest", Text), ("user_id", Int), ("created_at", Int), ("used_at", Int)]),
        ("fresh_codes", &[("user_id", Int), ("sign_in_id", Int), ("codes", Text), ("expires_at", Int)]),
        ("phones", &[("user_id", Int), ("number", Text), ("confirmed_at", Int)]),
        (
            "one_time_codes",
            &[
                ("token_digest", Text),
                ("user_id", Int),
                ("about", Text),
                ("by_key", Text),
                ("code_mac", Text),
                ("remembered", Bool),
                ("next", Text),
                ("tries", Int),
                ("expires_at", Int),
            ],
        ),
        (
            "half_sign_ins",
            &[
                ("token_digest", Text),
                ("user_id", Int),
                ("epoch", Int),
                ("how", Text),
                ("remembered", Bool),
                ("after_wrong", Bool),
                ("next", Text),
                ("tries", Int),
                ("expires_at", Int),
            ],
        ),
        ("site_keys", &[("one", Int), ("fingerprint", Text)]),
        (
            "outbox",
            &[
                ("id", Int),
                ("message_id", Text),
                ("kind", Text),
                ("user_id", Int),
                ("address", Text),
                ("subject", Text),
                ("content", Text),
                ("created_at", Int),
                ("expires_at", Int),
                ("state", Text),
                ("tries", Int),
                ("due_at", Int),
                ("last_error", Text),
                ("ended_at", Int),
            ],
        ),
        (
            "mail_links",
            &[
                ("token_digest", Text),
                ("kind", Text),
                ("user_id", Int),
                ("email", Text),
                ("detail", Text),
                ("created_at", Int),
                ("expires_at", Int),
                ("used_at", Int),
            ],
        ),
        (
            "browser_reports",
            &[
                ("digest", Text),
                ("directive", Text),
                ("blocked", Text),
                ("page", Text),
                ("count", Int),
                ("first_at", Int),
                ("last_at", Int),
            ],
        ),
        ("guesses", &[("key", Text), ("failures", Int), ("last_at", Int), ("waits_until", Int)]),
    ]
};
