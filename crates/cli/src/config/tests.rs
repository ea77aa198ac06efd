use rstest::rstest;

use super::*;
use crate::failure::Failure;

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

fn refused(file: Option<&Path>, variables: &[(&str, &str)]) -> String {
    let error = Settings::load(file, &environment(variables), &Flags::default()).unwrap_err();
    Failure::from(error).to_string()
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let (_dir, path) = file("listen = '127.0.0.1:1'\nbase_url = 'https://a.example'\nmax_connections = 3\n");
    let variables =
        environment(&[("VITRINA_LISTEN", "127.0.0.1:2"), ("VITRINA_BASE_URL", "https://b.example/")]);
    let flags = Flags { listen: Some("127.0.0.1:3".parse().unwrap()), ..Flags::default() };
    let settings = Settings::load(Some(&path), &variables, &flags).unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.base_url(), "https://b.example");
    assert_eq!(settings.max_connections.get(), 3);
    assert_eq!(settings.log_format, LogFormat::Auto);
}

#[test]
fn the_file_in_the_data_folder_is_read_by_itself() {
    let (dir, _path) = file("log_level = 'debug'\n");
    let flags = Flags { data_dir: Some(dir.path().to_owned()), ..Flags::default() };
    let settings = Settings::load(None, &Environment::new(), &flags).unwrap();
    assert_eq!(settings.log_level.as_deref(), Some("debug"));
    assert_eq!(settings.data_dir, dir.path());
}

#[test]
fn the_file_in_the_data_folder_cannot_move_it() {
    let (dir, _path) = file("data_dir = '/elsewhere'\n");
    let flags = Flags { data_dir: Some(dir.path().to_owned()), ..Flags::default() };
    let error = Settings::load(None, &Environment::new(), &flags).unwrap_err();
    assert!(matches!(error, ConfigError::Circular { .. }));
}

#[rstest]
#[case("lisen = '127.0.0.1:1'", "did you mean listen?")]
#[case("data-dir = 'x'", "did you mean data_dir?")]
#[case("telemetry = true", "lists every setting")]
#[case("listen = 8080", "for example listen = \"0.0.0.0:8080\"")]
#[case("base_url = 'ftp://a.example'", "cannot begin an address")]
#[case("database_url = 'mysql://a'", "begins with postgres://")]
#[case("tls = 'on'", "off-explicitly")]
#[case("max_connections = 0", "max_connections")]
#[case("listen = ", "line 1")]
#[case("proxies = ['10.0.0.0/33']", "not an address or network")]
#[case("proxies = ['everybody']", "for example proxies = \"127.0.0.1, 10.0.0.0/8\"")]
#[case("proxies = 10", "one text with commas")]
#[case("hosts = ['https://a.example']", "without http://")]
#[case("hosts = 'a.example/x'", "for example hosts = ")]
#[case("metrics_listen = '9090'", "for example metrics_listen = \"127.0.0.1:9090\"")]
#[case("budgets = ['sarch=8']", "search, export")]
#[case("files_url = 's3://bucket/x'", "for example files_url = ")]
#[case("file_types = ['csv', 'exe']", "csv, tsv, json")]
#[case("file_size = '1 GB'", "KiB, MiB, GiB")]
#[case("egress_allow = ['*.interno']", "no address, network or name")]
#[case("egress_allow = 'http://datos.interno'", "for example egress_allow = ")]
#[case("egress_contact = 'nobody'", "is no contact")]
#[case("budgets = 'search=0'", "for example budgets = ")]
#[case("mail_url = 'correo.example.org'", "smtps://USER:PASSWORD@host")]
#[case("mail_url = 'smtps://datos@correo.example.org'", "for example mail_url = ")]
fn a_wrong_file_is_refused_with_advice(#[case] text: &str, #[case] advice: &str) {
    let (_dir, path) = file(text);
    let said = refused(Some(&path), &[]);
    assert!(said.contains(advice) && said.contains(path.to_str().unwrap()), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    assert!(refused(Some(Path::new("/no/such/vitrina.toml")), &[]).contains("cannot be read"));
}

#[rstest]
#[case("VITRINA_LISTN", "127.0.0.1:1", "did you mean VITRINA_LISTEN?")]
#[case("VITRINA_LISTEN", "everywhere", "the environment")]
#[case("VITRINA_LOG_FORMAT", "xml", "the environment")]
fn a_wrong_variable_is_refused_with_advice(#[case] name: &str, #[case] value: &str, #[case] advice: &str) {
    let said = refused(None, &[(name, value)]);
    assert!(said.contains(advice), "{said}");
}

#[test]
fn lists_are_written_with_commas_where_there_are_no_lists() {
    let variables = environment(&[("VITRINA_HOSTS", "a.example, b.example:8080,")]);
    let (_dir, path) = file("proxies = ['127.0.0.1', '10.0.0.0/8']\n");
    let settings = Settings::load(Some(&path), &variables, &Flags::default()).unwrap();
    let written = serde_json::to_value(&settings).unwrap();
    assert_eq!(written["hosts"], serde_json::json!(["a.example", "b.example:8080"]));
    assert_eq!(written["proxies"], serde_json::json!(["127.0.0.1/32", "10.0.0.0/8"]));
}

#[test]
fn figures_do_not_take_the_place_of_the_catalog() {
    let address = "127.0.0.1:8080".parse().unwrap();
    let both = Settings { listen: address, metrics_listen: Some(address), ..Settings::default() };
    let said = Failure::from(both.check_addresses().unwrap_err()).to_string();
    assert!(said.contains("127.0.0.1:8080") && said.contains("a port of its own"), "{said}");
    // Port 0 is any free port, and the system gives no port twice.
    let any = "127.0.0.1:0".parse().unwrap();
    assert!(
        Settings { listen: any, metrics_listen: Some(any), ..Settings::default() }.check_addresses().is_ok()
    );
}

#[test]
fn empty_and_foreign_variables_are_passed_over() {
    let variables = environment(&[
        ("VITRINA_BASE_URL", ""),
        ("VITRINA_TEST_REQUIRE_POSTGRES", "1"),
        ("VITRINA_CASES", "/cases"),
        ("VITRINA_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("VITRINA_SERVICE_HOST", "10.0.0.1"),
        ("HOME", "/root"),
    ]);
    assert_eq!(Settings::load(None, &variables, &Flags::default()).unwrap(), Settings::default());
}

#[rstest]
#[case("127.0.0.1:8080", None, None, Ok(()))]
#[case("[::1]:8080", None, None, Ok(()))]
#[case("0.0.0.0:8080", Some("https://a.example"), Some(Tls::Proxy), Ok(()))]
#[case("0.0.0.0:8080", Some("https://a.example"), Some(Tls::OffExplicitly), Ok(()))]
#[case("0.0.0.0:8080", None, None, Err("base_url and tls are not set"))]
#[case("[::]:8080", Some("https://a.example"), None, Err("tls is not set"))]
#[case("192.0.2.1:80", None, Some(Tls::Proxy), Err("base_url is not set"))]
fn a_public_address_needs_a_name_and_a_word_on_encryption(
    #[case] listen: &str,
    #[case] base_url: Option<&str>,
    #[case] tls: Option<Tls>,
    #[case] expected: Result<(), &str>,
) {
    let settings = Settings {
        listen: listen.parse().unwrap(),
        base_url: base_url.map(|url| url.parse().unwrap()),
        tls,
        ..Settings::default()
    };
    match (settings.check_addresses(), expected) {
        (Ok(()), Ok(())) => {}
        (Err(error), Err(said)) => assert!(error.to_string().contains(said), "{error}"),
        (found, expected) => panic!("{found:?} instead of {expected:?}"),
    }
}

#[test]
fn no_password_shows_in_any_form() {
    for address in
        ["postgres://u:hunter2@db/x", "postgres://db/x?password=hunter2", "postgres://u:hunter2@db/x?a=b"]
    {
        let variables = environment(&[("VITRINA_DATABASE_URL", address)]);
        let settings = Settings::load(None, &variables, &Flags::default()).unwrap();
        assert_eq!(settings.database_url.as_ref().unwrap().expose(), address);
        let shown = format!("{settings:?} {}", as_toml(&settings, Locale::En));
        assert!(shown.contains("postgres://") && !shown.contains("hunter2"), "{shown}");
    }
    let variables = environment(&[("VITRINA_FILES_URL", "s3://KEY:hunter2@s3.example.org/x")]);
    let settings = Settings::load(None, &variables, &Flags::default()).unwrap();
    let shown = format!("{settings:?} {}", as_toml(&settings, Locale::En));
    assert!(shown.contains("s3://KEY:***@s3.example.org/x") && !shown.contains("hunter2"), "{shown}");
    let variables = environment(&[("VITRINA_MAIL_URL", "smtps://datos:hunter2@mail.example.org")]);
    let settings = Settings::load(None, &variables, &Flags::default()).unwrap();
    let shown = format!("{settings:?} {}", as_toml(&settings, Locale::En));
    assert!(shown.contains("smtps://datos:***@mail.example.org") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn an_empty_list_of_file_types_is_an_empty_list() {
    let (_dir, path) = file("file_types = []");
    let settings = Settings::load(Some(&path), &Environment::new(), &Flags::default()).unwrap();
    assert_eq!(settings.file_types.0, []);
}

#[cfg(unix)]
#[rstest]
#[case("database_url = 'postgres://u:hunter2@db/x'")]
#[case("files_url = 's3://KEY:hunter2@s3.example.org/x'")]
#[case("mail_url = 'smtps://datos:hunter2@mail.example.org'")]
fn a_file_with_a_password_must_be_for_its_owner_only(#[case] text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let (_dir, path) = file(text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = refused(Some(&path), &[]);
    assert!(said.contains("chmod 600") && !said.contains("hunter2"), "{said}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(Settings::load(Some(&path), &Environment::new(), &Flags::default()).is_ok());
}

#[test]
fn the_table_and_the_fields_are_the_same_settings() {
    let fields = serde_json::to_value(Settings::default()).unwrap();
    let mut fields: Vec<&str> = fields.as_object().unwrap().keys().map(String::as_str).collect();
    let mut table: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    fields.sort_unstable();
    table.sort_unstable();
    assert_eq!(table, fields);
}

#[test]
fn every_example_is_a_value_its_setting_takes() {
    for setting in SETTINGS {
        let name = format!("{PREFIX}{}", setting.name.to_ascii_uppercase());
        let loaded = Settings::load(None, &environment(&[(&name, setting.example)]), &Flags::default());
        assert!(loaded.is_ok(), "{}: {loaded:?}", setting.name);
    }
}

#[test]
fn what_is_printed_can_be_read_back() {
    let settings = Settings {
        base_url: Some("https://a.example".parse().unwrap()),
        egress_allow: List(vec!["10.0.0.0/8".parse().unwrap(), "avisos.interno".parse().unwrap()]),
        egress_contact: Some(Written("datos@example.org".parse().unwrap())),
        ..Settings::default()
    };
    let (_dir, path) = file(&as_toml(&settings, Locale::Es));
    assert_eq!(Settings::load(Some(&path), &Environment::new(), &Flags::default()).unwrap(), settings);
}
