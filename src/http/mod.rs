//! The way in: every request passes the same layers in the same order, each with its reason.
//!
//! Outermost first: who connects, and a number for the log → the headers every answer carries → compression → a panic
//! costs one request, not the server → requests from other sites end here → the session → who is asking → forms under
//! `/fn/` are read, and answered the way they were sent → the page or the server function.

pub mod assets;
pub mod caller;
pub mod client_address;
pub mod cross_site;
pub mod error_page;
pub mod form_body;
pub mod form_file;
pub mod form_token;
pub mod forms;
pub mod headers;
pub mod health;
pub mod kept_forms;
pub mod known;
pub mod listen;
pub mod local_path;
pub mod log;
pub mod request;
pub mod router;
pub mod session;
pub mod steady;
mod waiting;
pub mod what_forms_do;
pub mod whole_page;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::accounts::export;
use crate::audit::refusals;
use crate::config::Config;
use crate::credentials::one_time_code::store::By;
use crate::credentials::passkey::relying_party::RelyingParty;
use crate::credentials::password::breached::Breached;
use crate::credentials::password::hashing::Hashing;
use crate::credentials::provider::list::Provider;
use crate::db::Db;
use crate::failure::Failure;
use crate::files::contents::Contents;
use crate::files::incoming;
use crate::folders::turns;
use crate::lab::measuring::Lab;
use crate::mail::gateway::Gateway;
use crate::mail::smtp::Mailer;
use crate::network::{PerMinute, Scarce};
use crate::server::reports;
use crate::sessions::records::Records;
use crate::site_key::SiteKey;
use crate::tokens::keys::Keys;

/// What every request shares.
#[derive(Debug)]
pub struct Site {
    /// As read at start; a change needs a new start.
    pub config: Config,
    /// Open until the server stops.
    pub db: Db,
    /// Where session records are kept.
    pub records: Records,
    /// What seals what only this site reads.
    pub key: SiteKey,
    /// What tokens are signed with.
    pub keys: Keys,
    /// The site as passkeys know it; none where its address allows none.
    pub passkeys: Option<RelyingParty>,
    /// With which accounts elsewhere people can sign in.
    pub providers: Vec<Provider>,
    /// What sends mail; none: nothing is sent.
    pub mailer: Option<Mailer>,
    /// What sends text messages; none: nothing is sent.
    pub gateway: Option<Gateway>,
    /// One for all requests, so that its queue has one limit.
    pub hashing: Hashing,
    /// Passwords that were found in breaches; none where no file of them is set.
    pub breached: Option<Breached>,
    /// The long forms that are being read: one for all requests as well.
    pub long_bodies: Scarce,
    /// The uploads that are being read.
    pub uploads: Scarce,
    /// The contents of uploaded files.
    pub contents: Contents,
    /// The names of the built files, as found at start.
    pub assets: assets::Assets,
    /// How many refusals of visitors the audit log takes.
    pub refusals: PerMinute,
    /// And of people who are signed in: strangers must not use up what is theirs.
    pub refusals_of_people: PerMinute,
    /// How much a person sends.
    pub forms: PerMinute,
    /// How many people take their data along.
    pub exports: PerMinute,
    /// How many whole courses are packed, copied and brought in.
    pub packs: PerMinute,
    /// Zips of courses on their way to people.
    pub zips: Scarce,
    /// How many reports of browsers are taken.
    pub reports: PerMinute,
    /// What the lab has measured here.
    pub lab: Lab,
    /// How long slow clients are waited for.
    pub patience: listen::Patience,
    stopping: AtomicBool,
}

impl Site {
    /// Prepares a site over an open database, and opens its session store.
    pub async fn open(
        config: Config,
        db: Db,
        hashing: Hashing,
        patience: listen::Patience,
    ) -> Result<Arc<Self>, Failure> {
        let records = Records::open(&config.session_store, &db).await;
        let records = records.map_err(|failure| failure.of_setting("LECTERN_SESSION_STORE"))?;
        let key =
            SiteKey::open_or_make(&config.key_file()).map_err(|failure| failure.of_setting("LECTERN_KEY_FILE"))?;
        let db = db.with_key(key.clone());
        let keys = Keys::new(config.tokens);
        keys.make_first(&db, &key).await?;
        let mailer = config
            .mail
            .as_ref()
            .map(|place| Mailer::new(place, &config.public_url.origin, patience.mail))
            .transpose()?;
        let clock = db.clock().clone();
        let providers = config.providers.iter().map(|it| Provider::new(it, &config.public_url, clock.clone()));
        let providers = providers.collect::<Result<Vec<_>, _>>()?;
        let passkeys = RelyingParty::of(&config.public_url)?;
        let gateway = config.gateway.as_ref().map(|place| Gateway::new(place, patience.mail)).transpose()?;
        let breached = config.breached_file.as_deref().map(Breached::open).transpose();
        let breached = breached.map_err(|failure| failure.of_setting("LECTERN_BREACHED_FILE"))?;
        let contents = Contents::open(&config.files_place).map_err(|failure| failure.of_setting("LECTERN_FILES"))?;
        let uploads = Scarce::new(incoming::AT_ONCE, incoming::FROM_ONE_PLACE);
        let assets = assets::Assets::find();
        let long_bodies = Scarce::new(form_body::LONG_AT_ONCE, form_body::LONG_FROM_ONE_PLACE);
        let stopping = AtomicBool::new(false);
        let (refusals, refusals_of_people) = (refusals::bound(), refusals::bound());
        let (forms, reports, exports) = (forms::bound(), reports::bound(), export::bound());
        Ok(Arc::new(Self {
            config,
            db,
            records,
            key,
            keys,
            passkeys,
            providers,
            mailer,
            gateway,
            hashing,
            breached,
            long_bodies,
            uploads,
            contents,
            assets,
            refusals,
            refusals_of_people,
            forms,
            reports,
            exports,
            packs: turns::bound(),
            zips: turns::on_their_way(),
            lab: Lab::default(),
            patience,
            stopping,
        }))
    }

    /// The provider with this name.
    pub fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.name == name)
    }

    /// Name and label of each.
    pub fn provider_labels(&self) -> Vec<(String, String)> {
        self.providers.iter().map(|provider| (provider.name.clone(), provider.label.clone())).collect()
    }

    /// Whether people can sign in with codes that are sent this way.
    pub fn offers_codes(&self, by: By) -> bool {
        match by {
            By::Mail => self.config.codes.mail && self.mailer.is_some(),
            By::Text => self.config.codes.text && self.gateway.is_some(),
        }
    }

    /// From now on `/readyz` says no, and each answer ends its connection, so that a proxy sends people to other nodes.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
