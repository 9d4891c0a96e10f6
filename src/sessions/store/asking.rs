//! Who asks, on every request.

use std::net::IpAddr;

use crate::accounts::model::SiteRole;
use crate::clock::{Millis, SECOND};
use crate::db::{Connection, Write, query};
use crate::enrolments::store::states::teaches;
use crate::failure::Failure;
use crate::id::{CourseId, SignInId, UserId};
use crate::network::place_of;
use crate::random;
use crate::sessions::app::AppKind;
use crate::sessions::caller::{Caller, FormKey, Lapsed, Person, View};
use crate::tokens::scope::Scopes;

/// Whom a session record points at: alive, or only known by name.
#[derive(Clone, Debug)]
pub enum Found {
    /// Signed in.
    Live(Person),
    /// This person was signed in, and is not any more.
    Ended(Lapsed),
}

#[derive(sqlx::FromRow)]
struct Pointed {
    id: UserId,
    name: String,
    email: String,
    role: SiteRole,
    sign_in: SignInId,
    remembered: bool,
    level: i64,
    has_password: bool,
    has_app: bool,
    has_passkey: bool,
    proven_at: Millis,
    proven_from_digest: Option<String>,
    last_seen_at: Millis,
    created_at: Millis,
    idle_ends_at: Millis,
    absolute_ends_at: Millis,
    form_key: String,
    id_is_due: bool,
    kind: String,
    scopes: Option<String>,
    live: bool,
    view_course: Option<CourseId>,
    view_slug: Option<String>,
    view_title: Option<String>,
    view_zone: Option<String>,
    view_user: Option<UserId>,
    view_name: Option<String>,
    view_at: Option<Millis>,
}

impl Pointed {
    fn into_found(self, asker: &Caller) -> Found {
        if !self.live {
            return Found::Ended(Lapsed { person: self.id, form_key: FormKey::new(self.form_key) });
        }
        Found::Live(Person {
            id: self.id,
            name: self.name,
            email: self.email,
            role: self.role,
            sign_in: self.sign_in,
            level: self.level,
            has_password: self.has_password,
            has_app: self.has_app,
            has_passkey: self.has_passkey,
            lacks_second: self.level < 2 && asker.second_step.of(self.role),
            is_remembered: self.remembered,
            // A stolen session brings its thief's place and browser along (ASVS 8.2.4).
            proven_at: match &self.proven_from_digest {
                Some(digest) if *digest != asker.whereabouts() => 0,
                _ => self.proven_at,
            },
            last_seen_at: self.last_seen_at,
            signed_in_at: self.created_at,
            idle_ends_at: self.idle_ends_at,
            absolute_ends_at: self.absolute_ends_at,
            form_key: FormKey::new(self.form_key),
            id_is_due: self.id_is_due,
            view: self.view_course.map(|course| {
                Box::new(View {
                    course,
                    slug: self.view_slug.unwrap_or_default(),
                    title: self.view_title.unwrap_or_default(),
                    time_zone: self.view_zone.unwrap_or_default(),
                    student: self.view_user.zip(self.view_name),
                    at: self.view_at,
                })
            }),
            app: AppKind::of_key(&self.kind),
            scopes: match (&self.scopes, &asker.bearer) {
                (None, None) => Scopes::EVERYTHING,
                (scopes, bearer) => {
                    let family = Scopes::stored(scopes.as_deref().unwrap_or_default());
                    bearer.as_ref().map_or(family, |bearer| family.within(bearer.scopes))
                }
            },
        })
    }
}

/// Who this sign-in says is asking. Read on every request, and again inside every write: for a browser, whether its sign-in
/// lives; for an app's token, besides, whether it or its key was taken back, and whether the account is still what it was.
pub async fn public_find_caller(on: &mut impl Connection, sign_in: SignInId) -> Result<Option<Found>, Failure> {
    let now = on.now();
    let bearer = on.caller().bearer.clone();
    let (jti, kid, epoch) = bearer.as_ref().map_or((None, None, None), |it| (it.jti.clone(), it.kid.clone(), it.epoch));
    let row = query(concat!(
        "select u.id, u.name, u.email, u.role, s.id as sign_in, s.remembered, s.level, s.proven_at, s.proven_from_digest, s.last_seen_at, s.created_at,
                s.idle_ends_at, s.absolute_ends_at, s.form_key, s.id_is_due, s.kind, s.scopes,
                u.password_hash is not null as has_password,
                exists (select 1 from code_apps c where c.user_id = u.id and c.confirmed_at is not null) as has_app,
                exists (select 1 from passkeys p where p.user_id = u.id and p.suspect_at is null) as has_passkey,
                (s.ended_at is null and s.idle_ends_at > $2 and s.absolute_ends_at > $2
                 and u.disabled_at is null and s.epoch = u.epoch
                 and ($6 is null or u.epoch = $6)
                 and ($4 is null or not exists (select 1 from revoked_tokens r where r.jti = $4))
                 and ($5 is null or exists (select 1 from signing_keys k where k.kid = $5 and (k.ends_at is null or k.ends_at > $2)))
                 and (s.kind = 'browser') = $3) as live,
                vc.id as view_course, vc.slug as view_slug, vc.title as view_title, vc.time_zone as view_zone,
                v.user_id as view_user, vu.name as view_name, v.at as view_at
         from sign_ins s join users u on u.id = s.user_id
         left join views v on v.sign_in_id = s.id and (u.role = 'admin' or exists
            (select 1 from enrolments e where e.course_id = v.course_id and e.user_id = s.user_id and ",
        teaches!("e"),
        "))
         left join courses vc on vc.id = v.course_id left join users vu on vu.id = v.user_id where s.id = $1"
    ))
    .bind(sign_in)
    .bind(now)
    .bind(bearer.is_none())
    .bind(jti)
    .bind(kid)
    .bind(epoch)
    .optional::<Pointed>(on)
    .await?;
    let asker = on.caller();
    Ok(row.map(|row| row.into_found(asker)))
}

/// How long the session id before the last new one still reads: the requests of one page are under way together, and a new
/// id in one of their answers must not sign the others out.
const EARLIER_ID_READS: Millis = 10 * SECOND;

/// Who asks with the session id that was in force up to ten seconds ago. `session_id` is what the cookie held.
#[derive(Clone, Debug)]
pub struct Late {
    /// Whose sign-in it is.
    pub person: Person,
    /// It comes from the browser and the address that got the new id: for a thief elsewhere the old one is dead at once.
    pub is_same_browser: bool,
}

/// Finds out whose session id this was until a moment ago.
pub async fn public_find_by_earlier_id(on: &mut impl Connection, session_id: &str) -> Result<Option<Late>, Failure> {
    let now = on.now();
    let row: Option<(SignInId, Option<String>)> =
        query("select id, earlier_id_from_digest from sign_ins where earlier_id_digest = $1 and earlier_id_until > $2")
            .bind(random::digest(session_id))
            .bind(now)
            .optional(on)
            .await?;
    let Some((sign_in, from)) = row else { return Ok(None) };
    let Some(Found::Live(person)) = public_find_caller(on, sign_in).await? else { return Ok(None) };
    Ok(Some(Late { person, is_same_browser: from == Some(on.caller().whereabouts()) }))
}

/// Writes down that a sign-in is about to get a new session id in place of `session_id`, which still reads for a moment.
pub async fn public_keep_earlier_id(write: &mut Write, sign_in: SignInId, session_id: &str) -> Result<(), Failure> {
    let now = write.now();
    let from = write.caller().whereabouts();
    query(
        "update sign_ins set earlier_id_digest = $2, earlier_id_until = $3, earlier_id_from_digest = $4 where id = $1",
    )
    .bind(sign_in)
    .bind(random::digest(session_id))
    .bind(now + EARLIER_ID_READS)
    .bind(from)
    .execute(write)
    .await
    .map(drop)
}

/// Writes down that it has the new id it was due.
pub async fn public_note_new_id(write: &mut Write, sign_in: SignInId) -> Result<(), Failure> {
    query("update sign_ins set id_is_due = $2 where id = $1").bind(sign_in).bind(false).execute(write).await.map(drop)
}

/// How many sign-ins are live now.
pub async fn public_count_live(on: &mut impl Connection) -> Result<i64, Failure> {
    let now = on.now();
    let (count,): (i64,) = query(
        "select count(*) from sign_ins s join users u on u.id = s.user_id
         where s.ended_at is null and s.idle_ends_at > $1 and s.absolute_ends_at > $1 and u.disabled_at is null and s.epoch = u.epoch",
    )
    .bind(now)
    .one(on)
    .await?;
    Ok(count)
}

/// Notes that a sign-in was used, and until when that keeps it: at most once a minute, and never past its absolute end.
pub async fn public_note_seen(write: &mut Write, person: &Person, idle: Millis) -> Result<(), Failure> {
    let now = write.now();
    let address = write.caller().address.to_string();
    query(
        "update sign_ins set last_seen_at = $2, idle_ends_at = case when $3 < absolute_ends_at then $3 else absolute_ends_at end, address = $4
         where id = $1 and ended_at is null and last_seen_at < $2",
    )
    .bind(person.sign_in)
    .bind(now)
    .bind(now + idle)
    .bind(address)
    .execute(write)
    .await
    .map(drop)
}

/// So many of a person's last sign-ins are looked at for a place.
const KNOWN_FROM: i64 = 200;

/// Whether somebody has signed in to this account from this place, or with this browser, before; so, too, when nobody has ever
/// signed in to it: the first time is no surprise.
pub async fn public_is_known_place_or_browser(on: &mut impl Connection, user: UserId) -> Result<bool, Failure> {
    let browser = on.caller().user_agent.clone();
    let (all, alike): (i64, i64) = query(
        "select count(*), coalesce(sum(case when user_agent = $2 then 1 else 0 end), 0) from
            (select user_agent from sign_ins where user_id = $1 and kind in ('browser', 'api') order by created_at desc limit $3) as last",
    )
    .bind(user)
    .bind(browser)
    .bind(KNOWN_FROM)
    .one(on)
    .await?;
    let from = on.caller().address;
    Ok(all == 0 || alike > 0 || public_is_known_place(on, user, from).await?)
}

/// Whether somebody has signed in to this account from that place before, as far back as sign-ins are kept. An app that was let in from
/// a browser makes no place known: where it runs, nobody has shown who they are.
pub async fn public_is_known_place(on: &mut impl Connection, user: UserId, from: IpAddr) -> Result<bool, Failure> {
    let addresses: Vec<(String,)> = query(
        "select distinct address from
            (select coalesce(first_address, address) as address from sign_ins where user_id = $1 and kind in ('browser', 'api') order by created_at desc limit $2) as last",
    )
    .bind(user)
    .bind(KNOWN_FROM)
    .all(on)
    .await?;
    let place = place_of(from);
    Ok(addresses.iter().filter_map(|(address,)| address.parse().ok()).any(|address| place_of(address) == place))
}
