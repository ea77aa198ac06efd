//! `vitrina serve`: the catalog over HTTP, until a signal ends it.

use tokio::signal;
use vitrina_app::{
    App,
    auth::Actor,
    follow,
    import::{ImportRequest, Mode, Replace, Silent},
    site::{Rebase, settle_base_url},
};
use vitrina_domain::{import::Outcome, time::Timestamp};
use vitrina_server::{
    Ended, Lifecycle, Limits, ListenError, Listener, Options,
    limit::{Exposure, Network, Proxies},
};
use vitrina_store::Store;

use super::Context;
use crate::{
    args::Serve,
    config::{Settings, Tls},
    demo,
    failure::{Exit, Failure},
    wiring::{self, Catalog},
};

pub(super) async fn run(context: Context, serve: &Serve) -> Result<Exit, Failure> {
    let settings = &context.settings;
    settings.check_exposure()?;
    let proxies = proxies(settings)?;
    warn_about_root();
    // The port first: a busy one is said before anything is touched.
    let listener = Listener::bind(settings.listen, Limits::default()).await.map_err(cannot_listen)?;
    let base_url = match &settings.base_url {
        Some(base_url) => base_url.to_string(),
        None => format!("http://{}", listener.address()),
    };
    let store = wiring::open_store(settings).await?;
    store
        .migrate()
        .await
        .map_err(|error| wiring::store_failure("cannot bring the database up to date", error))?;
    settle(&store, &base_url, serve).await?;
    let is_private = settings.listen.ip().is_loopback() && is_loopback(&base_url);
    let options = Options {
        exposure: if is_private { Exposure::Loopback } else { Exposure::Public },
        proxies,
        hosts: settings.hosts.0.clone(),
    };
    let catalog = Catalog::assemble(settings, store, base_url)?;
    if serve.demo {
        fill(&catalog.app).await?;
    }
    let ended = listen(&catalog.app, listener, options).await;
    catalog.close().await;
    tracing::info!("ended");
    match ended {
        Ended::Drained => Ok(Exit::Done),
        Ended::Cut => Err(Failure::failed("some requests were cut off because they took too long to end")),
    }
}

/// Serves and lets the index follow until a signal, then ends in the reverse order.
async fn listen(app: &App, listener: Listener, options: Options) -> Ended {
    let lifecycle = Lifecycle::default();
    let signals = tokio::spawn(watch_signals(lifecycle.clone()));
    let follower = {
        let lifecycle = lifecycle.clone();
        follow::spawn(app, async move { lifecycle.stopping().await })
    };
    tracing::info!(address = %listener.address(), url = app.site().base_url, "listening");
    let routes = vitrina_server::router_with(app.clone(), lifecycle.clone(), options);
    let ended = listener.serve(routes, lifecycle).await;
    signals.abort();
    if let Err(error) = follower.await {
        tracing::error!(%error, "the follower of the log died");
    }
    ended
}

/// The first signal drains, the second one ends at once.
async fn watch_signals(lifecycle: Lifecycle) {
    loop {
        if let Err(error) = next_signal().await {
            tracing::error!(%error, "cannot hear signals; only a kill ends the server");
            return;
        }
        tracing::info!("stopping: requests in flight are answered; a second signal ends them");
        lifecycle.stop();
    }
}

#[cfg(unix)]
async fn next_signal() -> std::io::Result<()> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn next_signal() -> std::io::Result<()> {
    signal::ctrl_c().await
}

fn cannot_listen(error: ListenError) -> Failure {
    let help = match &error {
        ListenError::Busy { address } => {
            format!(
                "is Vitrina running already? Another port: --listen {}:{}",
                address.ip(),
                address.port().wrapping_add(1)
            )
        }
        ListenError::Forbidden { .. } => {
            "ports below 1024 are for root: take a higher one and a proxy in front".to_owned()
        }
        ListenError::Unusable { .. } => {
            "--listen takes an address of this machine, for example 127.0.0.1:8080".to_owned()
        }
    };
    let sentence = error.to_string();
    Failure::because(sentence, error).help(help)
}

/// The proxies whose word is believed: those of the setting, else this machine when a proxy is in front.
fn proxies(settings: &Settings) -> Result<Proxies, Failure> {
    let here = ["127.0.0.0/8".to_owned(), "::1".to_owned()];
    let texts = match (settings.proxies.0.as_slice(), settings.tls) {
        ([], Some(Tls::Proxy)) => here.as_slice(),
        (listed, _) => listed,
    };
    let network = |text: &String| {
        text.parse::<Network>().map_err(|error| {
            Failure::usage(format!("the setting \"proxies\" cannot be used: {error}"))
                .help("write addresses and networks, for example 127.0.0.1, 10.0.0.0/8")
        })
    };
    texts.iter().map(network).collect::<Result<Vec<_>, _>>().map(Proxies)
}

/// Keeps what permanent addresses begin with. A catalog that was only ever tried on loopback may move: nobody
/// can have cited its addresses.
async fn settle(store: &Store, base_url: &str, serve: &Serve) -> Result<(), Failure> {
    let unreadable = |error| wiring::store_failure("cannot read the catalog", error);
    let kept = store.setting(wiring::BASE_URL_KEY).await.map_err(unreadable)?;
    let moves = serve.rebase_iris || kept.as_deref().is_none_or(is_loopback);
    let rebase = if moves { Rebase::Accept } else { Rebase::Refuse };
    settle_base_url(store, base_url, rebase, now())
        .await
        .map_err(|error| Failure::because("cannot keep the base URL", error))?
        .map_err(|changed| {
            Failure::usage(changed.to_string()).help(format!(
                "permanent addresses are cited and should not change: go on with --base-url {}, or, when they must, add \
                 --rebase-iris",
                changed.kept
            ))
        })
}

fn now() -> Timestamp {
    use vitrina_app::ports::{Clock as _, SystemClock};
    SystemClock.now()
}

fn is_loopback(base_url: &str) -> bool {
    url::Url::parse(base_url).is_ok_and(|url| match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    })
}

/// Fills an empty catalog with the demonstration; one with records is left as it is.
async fn fill(app: &App) -> Result<(), Failure> {
    let failed = |error| Failure::because("cannot fill the catalog with the demonstration", error);
    if app.status().await.map_err(failed)?.log.0 > 0 {
        tracing::warn!(
            "this folder holds a catalog already: --demo fills only an empty one, and it is served as it is"
        );
        return Ok(());
    }
    let spooled = app.spool_all(demo::CATALOG.as_bytes()).map_err(failed)?;
    let request = ImportRequest {
        source: Some(demo::SOURCE.to_owned()),
        fallback_source: demo::SOURCE.to_owned(),
        catalog_id: None,
        organization_id: None,
        fetched: app.now(),
        mode: Mode::Apply,
        replace: Replace::Keep,
    };
    let report = app.import(&Actor::System, request, spooled, &mut Silent).await.map_err(failed)?;
    app.drain().await.map_err(failed)?;
    tracing::info!(
        datasets = report.run.tally.get(Outcome::Created),
        "filled with a catalog made up for demonstration"
    );
    Ok(())
}

#[cfg(target_os = "linux")]
fn warn_about_root() {
    use std::os::unix::fs::MetadataExt as _;
    // The owner of a process's own folder is the user it runs as.
    if std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        tracing::warn!("running as root: a user of its own, who owns the data folder only, is safer");
    }
}

#[cfg(not(target_os = "linux"))]
fn warn_about_root() {}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config::List;

    #[test]
    fn proxies_are_believed_only_when_they_are_named_or_in_front() {
        let count = |tls, listed: &[&str]| {
            let listed = listed.iter().map(|word| (*word).to_owned()).collect();
            let settings = Settings { tls, proxies: List(listed), ..Settings::default() };
            proxies(&settings).map(|proxies| proxies.0.len()).map_err(|failure| failure.to_string())
        };
        assert_eq!(count(None, &[]), Ok(0));
        assert_eq!(count(Some(Tls::OffExplicitly), &[]), Ok(0));
        assert_eq!(count(Some(Tls::Proxy), &[]), Ok(2));
        assert_eq!(count(Some(Tls::Proxy), &["10.0.0.0/8"]), Ok(1));
        assert!(count(None, &["everybody"]).unwrap_err().contains("everybody"));
    }

    #[rstest]
    #[case("http://127.0.0.1:8080", true)]
    #[case("http://[::1]:8080", true)]
    #[case("http://localhost:3000", true)]
    #[case("https://datos.example.org", false)]
    #[case("http://127.0.0.1.example.org", false)]
    #[case("not a URL", false)]
    fn only_addresses_that_nobody_can_have_cited_move_freely(#[case] base_url: &str, #[case] moves: bool) {
        assert_eq!(is_loopback(base_url), moves);
    }
}
