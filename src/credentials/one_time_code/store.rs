//! All SQL about one-time codes and telephone numbers.

use super::code;
use super::phone::Phone;
use crate::accounts::model::{Email, SiteRole};
use crate::accounts::policy::Oneself;
use crate::audit::event::{Event, What};
use crate::audit::store::note;
use crate::clock::{MINUTE, Millis};
use crate::credentials::guessing::{Few, public_take_all};
use crate::db::{Connection, Read, Write, query};
use crate::error::{AppError, FieldErrors};
use crate::failure::Failure;
use crate::http::Site;
use crate::id::UserId;
use crate::mail::letter::{Kind, Letter, Part};
use crate::mail::store::public_post;
use crate::random;
use crate::sessions::policy::RecentlyProven;
use crate::sessions::store::How;
use crate::site_key::{Purpose, SiteKey};

/// How long a code is good (security.md; ASVS 5.0, 6.5.5).
pub const GOOD_FOR: Millis = 10 * MINUTE;
/// Tries at one code (security.md).
pub const TRIES: i64 = 5;

/// The way a code goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// To the account's address, which must be confirmed.
    Mail,
    /// To the account's number, which must be confirmed.
    Text,
}

impl By {
    /// As forms and the table write it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Text => "text",
        }
    }

    /// As it was written; `Mail` for everything else.
    pub fn of_key(key: &str) -> Self {
        if key == "text" { Self::Text } else { Self::Mail }
    }

    /// How whoever signs in with it has proven who they are.
    pub fn how(self) -> How {
        match self {
            Self::Mail => How::MailCode,
            Self::Text => How::TextCode,
        }
    }
}

/// A code that somebody asked for in this browser.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Asked {
    token_digest: String,
    /// Whose account; none for an address without one.
    pub user_id: Option<UserId>,
    /// Digest of what was asked for, which guesses are counted by.
    pub about: String,
    by_key: String,
    code_mac: String,
    /// It was asked to last longer.
    pub remembered: bool,
    /// Where to go then.
    pub next: String,
    /// Of the account, on the whole site.
    pub role: Option<SiteRole>,
}

impl Asked {
    /// The way it went.
    pub fn by(&self) -> By {
        By::of_key(&self.by_key)
    }

    /// Whether this is the code. Takes the same time for every wrong one, since it compares MACs.
    pub fn is(&self, key: &SiteKey, typed: &str) -> bool {
        code::read(typed).is_some_and(|code| mac(key, &self.token_digest, &code) == self.code_mac)
    }
}

fn mac(key: &SiteKey, token_digest: &str, code: &str) -> String {
    key.mac(Purpose::Code, &format!("{token_digest}\n{code}"))
}

#[derive(sqlx::FromRow)]
struct Reachable {
    id: UserId,
    address: String,
}

/// Writes a code down, and the letter with it where there is an account that can be reached that way. Answers what goes into the
/// cookie of the browser that asked. Open to everybody: a code goes to the account's own address or number.
pub async fn public_ask_code(
    write: &mut Write,
    site: &Site,
    email: &Email,
    by: By,
    (remembered, next): (bool, &str),
) -> Result<String, Failure> {
    let found: Option<Reachable> = match by {
        By::Mail => query(
            "select id, email as address from users where email_key = $1 and email_verified_at is not null and disabled_at is null and frozen_at is null",
        ),
        By::Text => query(
            "select u.id, p.number as address from users u join phones p on p.user_id = u.id and p.confirmed_at is not null
             where u.email_key = $1 and u.disabled_at is null and u.frozen_at is null",
        ),
    }
    .bind(email.key())
    .optional(write)
    .await?;
    let code = code::make();
    let token =
        keep(write, site, found.as_ref().map(|found| found.id), email.key(), by.key(), &code, remembered, next).await?;
    if let Some(found) = found {
        // Counted where one is sent, and not for whom there is nothing to send: strangers must not use up what others need. The
        // answer is the same, for it tells nothing of who has a number.
        if by == By::Text && !may_send_text(write, &found.address).await? {
            return Ok(token);
        }
        post(write, site, &found, by, &code).await?;
        note(write, Event::of(What::CodeSent).about(found.id).after(by.key())).await?;
    }
    Ok(token)
}

/// Counts a text message to a number; false when it, or the site, got enough of them, and nothing is counted.
async fn may_send_text(write: &mut Write, number: &str) -> Result<bool, Failure> {
    match public_take_all(write, &[(Few::TextsToNumber, number), (Few::TextsInAll, "")]).await {
        Ok(()) => Ok(true),
        Err(Failure::Refused(_)) => Ok(false),
        Err(broken) => Err(broken),
    }
}

#[expect(clippy::too_many_arguments, reason = "a row, for its two writers above and below")]
async fn keep(
    write: &mut Write,
    site: &Site,
    user: Option<UserId>,
    about: &str,
    by: &'static str,
    code: &str,
    remembered: bool,
    next: &str,
) -> Result<String, Failure> {
    let token = random::token();
    let digest = random::digest(&token);
    let now = write.now();
    query("delete from one_time_codes where token_digest in (select token_digest from one_time_codes where expires_at <= $1 limit 50)")
        .bind(now)
        .execute(write)
        .await?;
    query(
        "insert into one_time_codes (token_digest, user_id, about, by_key, code_mac, remembered, next, tries, expires_at, epoch)
         values ($1, $2, $3, $4, $5, $6, $7, 0, $8, (select epoch from users where id = $2))",
    )
    .bind(&digest)
    .bind(user)
    .bind(random::digest(about))
    .bind(by)
    .bind(mac(&site.key, &digest, code))
    .bind(remembered)
    .bind(next)
    .bind(now + GOOD_FOR)
    .execute(write)
    .await?;
    Ok(token)
}

async fn post(write: &mut Write, site: &Site, to: &Reachable, by: By, code: &str) -> Result<(), Failure> {
    let host = site.config.public_url.host().to_owned();
    let (kind, parts) = match by {
        By::Mail => (
            Kind::Code,
            vec![
                Part::Words("Enter this code in the browser where you asked for it, within ten minutes:".to_owned()),
                Part::Code(code.to_owned()),
                Part::Words(
                    "Nobody who asks you for it is us. If you did not ask for a code, there is nothing to do."
                        .to_owned(),
                ),
            ],
        ),
        // The last line lets a telephone fill the code in on this site and no other.
        By::Text => (
            Kind::TextCode,
            vec![Part::Words(format!("{code} is your code for Lectern. Tell it nobody.\n\n@{host} #{code}"))],
        ),
    };
    let letter = Letter {
        kind,
        user: Some(to.id),
        address: to.address.clone(),
        subject: "Your code to sign in".into(),
        parts,
        good_for: GOOD_FOR,
    };
    public_post(write, site, letter).await
}

/// The code that was asked for in the browser with this token, while its time and its tries last, and nothing that opens the account
/// has changed.
pub async fn public_find_asked(on: &mut impl Connection, token: &str) -> Result<Option<Asked>, Failure> {
    let now = on.now();
    query(
        "select c.token_digest, c.user_id, c.about, c.by_key, c.code_mac, c.remembered, c.next, u.role
         from one_time_codes c left join users u on u.id = c.user_id
         where c.token_digest = $1 and c.expires_at > $2 and c.tries < $3 and c.by_key <> 'number'
           and (c.user_id is null or c.epoch = u.epoch)",
    )
    .bind(random::digest(token))
    .bind(now)
    .bind(TRIES)
    .optional(on)
    .await
}

/// Counts a try before it is compared: of a hundred at once, five are.
pub async fn public_count_try(write: &mut Write, asked: &Asked) -> Result<bool, Failure> {
    let counted = query("update one_time_codes set tries = tries + 1 where token_digest = $1 and tries < $2")
        .bind(&asked.token_digest)
        .bind(TRIES)
        .execute(write)
        .await?;
    Ok(counted == 1)
}

/// Uses a code up; false when somebody was quicker, or when the account has changed since a code to sign in was read.
pub async fn public_spend(write: &mut Write, asked: &Asked) -> Result<bool, Failure> {
    let spent = query(
        "delete from one_time_codes where token_digest = $1
           and (by_key = 'number' or epoch = (select u.epoch from users u where u.id = one_time_codes.user_id))",
    )
    .bind(&asked.token_digest)
    .execute(write)
    .await?;
    Ok(spent == 1)
}

/// An account's number.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PhoneRow {
    /// E.164.
    pub number: String,
    /// When a code that was sent to it was entered; none: not yet.
    pub confirmed_at: Option<Millis>,
}

impl Oneself<'_, Read> {
    /// The number, where there is one.
    pub async fn find_phone(&mut self) -> Result<Option<PhoneRow>, Failure> {
        let user = self.person().id;
        query("select number, confirmed_at from phones where user_id = $1").bind(user).optional(self.connection()).await
    }
}

impl RecentlyProven<Oneself<'_, Write>> {
    /// Keeps a number that waits for the code sent to it; one that was in use is given up. Answers what goes into the cookie, and
    /// whether one was given up.
    pub async fn begin_phone(&mut self, site: &Site, phone: &Phone) -> Result<(String, bool), Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let gives_up = give_up_number(write, user).await?;
        query(
            "insert into phones (user_id, number) values ($1, $2)
             on conflict (user_id) do update set number = excluded.number, confirmed_at = null",
        )
        .bind(user)
        .bind(phone.as_str())
        .execute(write)
        .await?;
        let code = code::make();
        let token = keep(write, site, Some(user), phone.as_str(), "number", &code, false, "/account/security").await?;
        let to = Reachable { id: user, address: phone.as_str().to_owned() };
        post(write, site, &to, By::Text, &code).await?;
        Ok((token, gives_up))
    }

    /// Takes the code that was sent to the number: from now on codes to sign in go there too. Refused at `code`.
    pub async fn confirm_phone(&mut self, key: &SiteKey, token: Option<&str>, typed: &str) -> Result<(), Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let now = write.now();
        let asked: Option<Asked> = query(
            "update one_time_codes set tries = tries + 1
             where token_digest = $1 and user_id = $2 and by_key = 'number' and expires_at > $3 and tries < $4
             returning token_digest, user_id, about, by_key, code_mac, remembered, next, null as role",
        )
        .bind(token.map(random::digest).unwrap_or_default())
        .bind(user)
        .bind(now)
        .bind(TRIES)
        .optional(write)
        .await?;
        let asked = asked.ok_or(AppError::NotFound)?;
        if !asked.is(key, typed) {
            return Err(FieldErrors::one("code", "This is not the code that we sent").into());
        }
        public_spend(write, &asked).await?;
        let confirmed: Option<(String,)> =
            query("update phones set confirmed_at = $2 where user_id = $1 and confirmed_at is null returning number")
                .bind(user)
                .bind(now)
                .optional(write)
                .await?;
        // The code was sent to this number, not to one that was asked for since.
        if confirmed.is_none_or(|(number,)| random::digest(&number) != asked.about) {
            return Err(AppError::NotFound.into());
        }
        note(write, Event::of(What::FactorAdded).about(user).after("a telephone number")).await
    }

    /// Takes the number away. `NotFound` when there is none.
    pub async fn remove_phone(&mut self) -> Result<(), Failure> {
        let user = self.inner().person().id;
        let write = self.inner().connection();
        let was_confirmed = give_up_number(write, user).await?;
        let removed = query("delete from phones where user_id = $1").bind(user).execute(write).await?;
        if removed == 1 || was_confirmed { Ok(()) } else { Err(AppError::NotFound.into()) }
    }
}

/// Ends the codes that were sent to an account's number, and the number where it was confirmed; says whether it was.
async fn give_up_number(write: &mut Write, user: UserId) -> Result<bool, Failure> {
    query("delete from one_time_codes where user_id = $1 and by_key in ('text', 'number')")
        .bind(user)
        .execute(write)
        .await?;
    let removed =
        query("delete from phones where user_id = $1 and confirmed_at is not null").bind(user).execute(write).await?;
    if removed == 1 {
        note(write, Event::of(What::FactorRemoved).about(user).before("a telephone number")).await?;
    }
    Ok(removed == 1)
}
