//! One violation of each lint in clippy.toml. scripts/locks.sh compiles this and wants a complaint about every line that
//! says PLANTED. Nothing here is ever run.

#![expect(dead_code, unused_must_use, reason = "planted for clippy, not to be run")]

async fn sql_outside_of_a_store(pool: &sqlx::SqlitePool) {
    sqlx::query("select 1").execute(pool).await; // PLANTED
    sqlx::query_as::<_, (i64,)>("select 1").fetch_one(pool).await; // PLANTED
    sqlx::query_scalar::<_, i64>("select 1").fetch_one(pool).await; // PLANTED
    sqlx::raw_sql("select 1").execute(pool).await; // PLANTED
    lectern::db::query("select 1"); // PLANTED
}

async fn leptos_own_ways() {
    leptos_axum::redirect("/"); // PLANTED
    leptos_axum::extract::<axum::http::Method>().await; // PLANTED
}

fn another_clock() {
    std::time::SystemTime::now(); // PLANTED
    std::time::Instant::now(); // PLANTED
    time::OffsetDateTime::now_utc(); // PLANTED
}

fn another_random_source() {
    getrandom::fill(&mut [0; 4]); // PLANTED
}

fn work_that_nobody_asked_for() {
    lectern::accounts::policy::SystemTask::new(); // PLANTED
}

fn giving_up(found: Option<u8>) -> u8 {
    found.unwrap() // PLANTED
}
