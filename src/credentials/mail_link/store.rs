//! All SQL about links in mails.

use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::db::{Connection, Write, query};
use crate::error::AppError;
use crate::failure::Failure;
use crate::id::UserId;
use crate::mail::letter::Kind;
use crate::mail::store::withdraw;
use crate::random;

/// What a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Shows that the account's address is its person's.
    Confirm,
    /// Makes the account that somebody began to make.
    SignUp,
    /// Sets a new password.
    Reset,
    /// Makes an address the account's.
    NewAddress,
    /// Says that what the mail tells of was not done by its reader.
    NotMe,
}

impl Does {
    /// As it is stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::SignUp => "sign_up",
            Self::Reset => "reset",
            Self::NewAddress => "new_address",
            Self::NotMe => "not_me",
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        [Self::Confirm, Self::SignUp, Self::Reset, Self::NewAddress, Self::NotMe]
            .into_iter()
            .find(|does| does.key() == key)
    }

    /// The letter that brings it; it is of no use without the link. None where one kind of letter brings other links too, or the
    /// link is nobody's yet.
    fn letter(self) -> Option<Kind> {
        match self {
            Self::Confirm => Some(Kind::Confirm),
            Self::Reset => Some(Kind::Reset),
            Self::NewAddress => Some(Kind::NewAddress),
            Self::SignUp | Self::NotMe => None,
        }
    }

    /// How long one is good, in milliseconds. Reset: security.md and NIST SP 800-63B-4 (3.2.3: at most a day for a mail).
    pub fn good_for(self) -> Millis {
        match self {
            Self::Reset => 30 * MINUTE,
            Self::SignUp => HOUR,
            Self::Confirm | Self::NewAddress => DAY,
            // Mail is read after the holidays too.
            Self::NotMe => 14 * DAY,
        }
    }

    /// The page it opens.
    pub fn address(self, origin: &str, token: &str) -> String {
        let page = match self {
            Self::Confirm => "confirm",
            Self::SignUp => "welcome",
            Self::Reset => "reset",
            Self::NewAddress => "new-address",
            Self::NotMe => "not-me",
        };
        format!("{origin}/{page}/{token}")
    }
}

/// A link about to be made.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// What it does.
    pub does: Does,
    /// For which account; none where there is none yet.
    pub user: Option<UserId>,
    /// An address that it confirms or gives back.
    pub email: Option<String>,
    /// What else is needed when it is used.
    pub detail: Option<String>,
    /// The address the mail goes to, in the form it is found by, where it matters later.
    pub sent_to: Option<String>,
    /// A notice that takes somebody who was let in.
    pub of_insider: bool,
}

/// A link that is good.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MailLink {
    /// SHA-256 of what stands in it, which itself is stored nowhere.
    pub token_digest: String,
    /// `Does::key`.
    pub kind: String,
    /// Whose account; none where there is none yet.
    pub user_id: Option<UserId>,
    /// See [`NewLink`].
    pub email: Option<String>,
    /// See [`NewLink`].
    pub detail: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// See [`NewLink`].
    pub sent_to: Option<String>,
    /// See [`NewLink`]; none in a row from before it was written down.
    pub of_insider: Option<bool>,
    /// The account's address now, as typed.
    pub account: Option<String>,
    /// The name of its person now.
    pub name: Option<String>,
}

/// Makes a link and answers what stands in it. Earlier ones that do the same for the same account end, but for two kinds: each
/// "this was not me" tells of something else, and links to set a password are asked for by anybody, who must not end somebody's
/// own in their hands. (Those end together when one is used.)
pub(crate) async fn make(write: &mut Write, link: NewLink) -> Result<String, Failure> {
    let token = random::token();
    let now = write.now();
    if let Some(user) = link.user.filter(|_| !matches!(link.does, Does::NotMe | Does::Reset)) {
        end_links(write, user, &[link.does]).await?;
    }
    query(
        "insert into mail_links (token_digest, kind, user_id, email, detail, created_at, expires_at, sent_to, of_insider)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(random::digest(&token))
    .bind(link.does.key())
    .bind(link.user)
    .bind(link.email)
    .bind(link.detail)
    .bind(now)
    .bind(now + link.does.good_for())
    .bind(link.sent_to)
    .bind(link.of_insider)
    .execute(write)
    .await?;
    Ok(token)
}

/// The good link with this token.
pub async fn public_find_mail_link(
    on: &mut impl Connection,
    does: Does,
    token: &str,
) -> Result<Option<MailLink>, Failure> {
    let now = on.now();
    query(
        "select l.token_digest, l.kind, l.user_id, l.email, l.detail, l.created_at, l.sent_to, l.of_insider, u.email as account, u.name
         from mail_links l left join users u on u.id = l.user_id
         where l.token_digest = $1 and l.kind = $2 and l.used_at is null and l.expires_at > $3 and u.disabled_at is null",
    )
    .bind(random::digest(token))
    .bind(does.key())
    .bind(now)
    .optional(on)
    .await
}

/// Uses a link up; of two who use it at once, one is refused with `NotFound`.
pub(super) async fn use_up(write: &mut Write, link: &MailLink) -> Result<(), Failure> {
    let now = write.now();
    let used =
        query("update mail_links set used_at = $2 where token_digest = $1 and used_at is null and expires_at > $2")
            .bind(&link.token_digest)
            .bind(now)
            .execute(write)
            .await?;
    if used != 1 {
        return Err(AppError::NotFound.into());
    }
    match (link.user_id, Does::of_key(&link.kind).and_then(Does::letter)) {
        (Some(user), Some(kind)) => withdraw(write, user, kind).await,
        _ => Ok(()),
    }
}

/// Ends an account's links that do this.
pub(crate) async fn end_links(write: &mut Write, user: UserId, all: &[Does]) -> Result<(), Failure> {
    for does in all {
        query("delete from mail_links where user_id = $1 and kind = $2 and used_at is null")
            .bind(user)
            .bind(does.key())
            .execute(write)
            .await?;
        if let Some(kind) = does.letter() {
            withdraw(write, user, kind).await?;
        }
    }
    Ok(())
}

/// Ends every link that opens an account or confirms an address of it, whichever way it was made: after what they were made for has
/// changed. Those that say "this was not me" stay.
pub(crate) async fn withdraw_links(write: &mut Write, user: UserId) -> Result<(), Failure> {
    end_links(write, user, &[Does::Confirm, Does::NewAddress, Does::Reset]).await?;
    query("delete from set_up_links where user_id = $1 and used_at is null").bind(user).execute(write).await?;
    withdraw(write, user, Kind::Invitation).await
}

/// Forgets links that are long over, a hundred at a time, and says how many.
pub async fn public_delete_over(write: &mut Write) -> Result<u64, Failure> {
    let now = write.now();
    query("delete from mail_links where token_digest in (select token_digest from mail_links where expires_at <= $1 order by expires_at limit 100)")
        .bind(now)
        .execute(write)
        .await
}
