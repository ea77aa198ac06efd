//! `vitrina serve`: the catalog over HTTP, until a signal ends it.

use std::num::NonZeroUsize;

use tokio::runtime::Handle;
use vitrina_app::{
    App,
    auth::Actor,
    follow::{self, Pace},
    import::{ImportRequest, Mode, Replace, Silent},
    site::{Rebase, settle_base_url},
};
use vitrina_domain::{import::Outcome, network::Network, time::Timestamp};
use vitrina_server::{
    Ended, Lifecycle, Limits, ListenError, Listener, MetricsPlace, Options, cores,
    limit::{Allowances, Exposure, Proxies},
};
use vitrina_store::Store;

use super::{Context, worker};
use crate::{
    args::Serve,
    config::{Settings, Tls},
    demo,
    failure::{Exit, Failure},
    signals::Signals,
    wiring::{self, Catalog},
};

/// How many threads the handlers get.
pub(super) fn threads(settings: &Settings) -> NonZeroUsize {
    allowances(settings).threads()
}

fn allowances(settings: &Settings) -> Allowances {
    Allowances::new(cores(), &settings.budgets.0).with_longest_file(settings.file_size.get())
}

pub(super) async fn run(context: Context, serve: &Serve) -> Result<Exit, Failure> {
    let settings = &context.settings;
    settings.check_addresses()?;
    warn_about_root();
    let doors = Doors::open(settings).await?;
    let base_url = match &settings.base_url {
        Some(base_url) => base_url.to_string(),
        None => format!("http://{}", doors.catalog.address()),
    };
    let store = wiring::open_store(settings).await?;
    store
        .migrate()
        .await
        .map_err(|error| wiring::store_failure("cannot bring the database up to date", error))?;
    settle(&store, &base_url, serve).await?;
    let options = options(settings, &base_url);
    let catalog = Catalog::assemble(settings, store, base_url)?;
    if serve.demo {
        fill(&catalog.app).await?;
    }
    worker::ensure_schedules(&catalog.app).await?;
    let ended = doors.serve(&catalog.app, options, NonZeroUsize::new(settings.workers)).await;
    catalog.close().await;
    tracing::info!("ended");
    match ended? {
        Ended::Drained => Ok(Exit::Done),
        Ended::Cut => Err(Failure::failed("some requests were cut off because they took too long to end")),
    }
}

fn options(settings: &Settings, base_url: &str) -> Options {
    let is_private = settings.listen.ip().is_loopback() && is_loopback(base_url);
    let has_figures = is_private && settings.metrics_listen.is_none();
    Options {
        exposure: if is_private { Exposure::Loopback } else { Exposure::Public },
        proxies: proxies(settings),
        hosts: settings.hosts.0.iter().map(ToString::to_string).collect(),
        metrics: if has_figures { MetricsPlace::Here } else { MetricsPlace::Elsewhere },
        allowances: allowances(settings),
        workers: Some(Handle::current()),
    }
}

/// Where the server listens: for the catalog, and for the figures when they have an address of their own.
struct Doors {
    catalog: Listener,
    figures: Option<Listener>,
}

impl Doors {
    /// Takes the ports before anything else: a busy one is said before anything is touched.
    async fn open(settings: &Settings) -> Result<Self, Failure> {
        let bind = async |flag, address| {
            Listener::bind(address, Limits::default()).await.map_err(|error| cannot_listen(flag, error))
        };
        let catalog = bind("--listen", settings.listen).await?;
        let figures = match settings.metrics_listen {
            Some(address) => Some(bind("--metrics-listen", address).await?),
            None => None,
        };
        Ok(Self { catalog, figures })
    }

    /// Serves, works and lets the index follow until a signal, then ends in the reverse order.
    async fn serve(
        self,
        app: &App,
        options: Options,
        workers: Option<NonZeroUsize>,
    ) -> Result<Ended, Failure> {
        let Self { catalog, figures } = self;
        let lifecycle = Lifecycle::default();
        // Heard from before anyone is told that the server listens.
        let signals = Signals::listen()
            .map_err(|error| Failure::because("cannot hear the signals that end the server", error))?;
        let signals = tokio::spawn(signals.stop(lifecycle.clone()));
        let follower = {
            let lifecycle = lifecycle.clone();
            follow::spawn(app, Pace::Prompt, async move { lifecycle.stopping().await })
        };
        let working = workers.map(|at_once| {
            let lifecycle = lifecycle.clone();
            tokio::spawn(worker::worker(app, at_once).run(async move { lifecycle.stopping().await }))
        });
        let figures = figures.map(|figures| {
            tracing::info!(address = %figures.address(), "figures");
            tokio::spawn(figures.serve(vitrina_server::metrics_router(), lifecycle.clone()))
        });
        tracing::info!(address = %catalog.address(), url = app.site().base_url, "listening");
        let routes = vitrina_server::router_with(app.clone(), lifecycle.clone(), options);
        let ended = catalog.serve_apart(cores(), routes, lifecycle.clone()).await;
        // When serving failed nobody else tells the others.
        lifecycle.stop();
        signals.abort();
        if let Some(working) = working
            && let Err(error) = working.await
        {
            tracing::error!(%error, "the worker died");
        }
        if let Err(error) = follower.await {
            tracing::error!(%error, "the follower of the log died");
        }
        if let Some(figures) = figures
            && let Err(error) = figures.await
        {
            tracing::error!(%error, "the server of the figures died");
        }
        ended.map_err(|error| cannot_listen("--listen", error))
    }
}

fn cannot_listen(flag: &str, error: ListenError) -> Failure {
    let help = match &error {
        ListenError::Busy { address } => {
            format!(
                "is Vitrina running already? Another port: {flag} {}:{}",
                address.ip(),
                address.port().wrapping_add(1)
            )
        }
        ListenError::Forbidden { .. } => {
            "ports below 1024 are for root: take a higher one and a proxy in front".to_owned()
        }
        ListenError::Unusable { .. } => {
            format!("{flag} takes an address of this machine, for example 127.0.0.1:8080")
        }
    };
    let sentence = error.to_string();
    Failure::because(sentence, error).help(help)
}

/// The proxies whose word is believed: those of the setting, else this machine when a proxy is in front.
fn proxies(settings: &Settings) -> Proxies {
    match (settings.proxies.0.as_slice(), settings.tls) {
        ([], Some(Tls::Proxy)) => Proxies(Network::LOOPBACK.to_vec()),
        (listed, _) => Proxies(listed.to_vec()),
    }
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

    #[rstest]
    #[case(None, &[], 0)]
    #[case(Some(Tls::OffExplicitly), &[], 0)]
    #[case(Some(Tls::Proxy), &[], 2)]
    #[case(Some(Tls::Proxy), &["10.0.0.0/8"], 1)]
    fn proxies_are_believed_only_when_they_are_named_or_in_front(
        #[case] tls: Option<Tls>,
        #[case] listed: &[&str],
        #[case] believed: usize,
    ) {
        let listed = listed.iter().map(|text| text.parse().unwrap()).collect();
        let settings = Settings { tls, proxies: List(listed), ..Settings::default() };
        assert_eq!(proxies(&settings).0.len(), believed);
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
