//! Every way to spell this machine, and other places that are nobody's business: the canary must stay silent.

use nexus_core::{ErrorKind, port::Fetcher as _};

use super::stage::{Bench, Canary, PUBLIC, Script, Server, business, moved};

/// URLs that must not be followed; `PORT` is the canary's.
const SPELLINGS: &[&str] = &[
    // The plain ones.
    "http://127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/",
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://localhost.:PORT/",
    "http://anything.localhost:PORT/",
    "http://localhost.localdomain:PORT/",
    "http://0.0.0.0:PORT/",
    "http://[::1]:PORT/",
    "http://[::]:PORT/",
    "HTTP://127.0.0.1:PORT/",
    // Numbers.
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.255.255.254:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7F.0x0.0x0.0x1:PORT/",
    "http://0x7f.1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://017700000001:PORT/",
    "http://00000000177.0.0.1:PORT/",
    "http://0:PORT/",
    "http://127.0x0.1:PORT/",
    // IPv6 with IPv4 inside.
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b::7f00:1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:7f00:1::]:PORT/",
    // Other networks.
    "http://10.0.0.1:PORT/",
    "http://172.16.0.1:PORT/",
    "http://192.168.0.1:PORT/",
    "http://100.64.0.1:PORT/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://192.0.0.192/opc/v2/",
    "http://198.18.0.1:PORT/",
    "http://203.0.113.1:PORT/",
    "http://224.0.0.1:PORT/",
    "http://255.255.255.255:PORT/",
    "http://[fe80::1]:PORT/",
    "http://[fc00::1]:PORT/",
    "http://[ff02::1]:PORT/",
    // Who is the host?
    "http://user@127.0.0.1:PORT/",
    "http://user:password@127.0.0.1:PORT/",
    "http://public.example@127.0.0.1:PORT/",
    "http://public.example:80@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT#@public.example/",
    "http://127.0.0.1:PORT?@public.example/",
    "http://127.0.0.1:PORT\\@public.example/",
    "http:\\\\127.0.0.1:PORT\\",
    "http:/127.0.0.1:PORT/",
    "http:127.0.0.1:PORT/",
    "http:////127.0.0.1:PORT/",
    " http://127.0.0.1:PORT/ ",
    "ht\ntp://127.0.\t0.1:PORT/",
    // Unicode and escapes.
    "http://127.0.0.1:PORT/",
    "http://127。0。0。1:PORT/",
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127%2e0.0.1:PORT/",
    "http://127.0.0.1%00.public.example:PORT/",
    "http://loc\u{ad}alhost:PORT/",
    // Names that resolve to what must not be reached.
    "http://canary.example:PORT/",
    "http://mixed.example:PORT/",
    "http://mapped.example:PORT/",
    "http://metadata.google.internal/computeMetadata/v1/",
    // Other schemes.
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/_GET",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "data:text/plain,secret",
    "javascript:alert(1)",
    "ws://127.0.0.1:PORT/",
    "nexus://nexus-final/t/x",
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    "/etc/passwd",
    "http://",
    "",
];

fn spelled(port: u16) -> impl Iterator<Item = String> {
    SPELLINGS.iter().map(move |url| url.replace("PORT", &port.to_string()))
}

fn names() -> std::sync::Arc<Script> {
    Script::new([
        ("mixed.example", vec![vec![PUBLIC, [127, 0, 0, 1].into()]]),
        ("mapped.example", vec![vec!["::ffff:127.0.0.1".parse().expect("an address")]]),
        ("metadata.google.internal", vec![vec![[169, 254, 169, 254].into()]]),
    ])
}

#[tokio::test]
async fn no_spelling_reaches_the_canary() {
    assert!(SPELLINGS.len() >= 60);
    let canary = Canary::start().await;
    let bench = Bench::new(names(), &[], |config| config.allow_http = true);
    for url in spelled(canary.port) {
        let error = bench.fetch.fetch(business(), &url).await.expect_err(&url);
        assert!(matches!(error.kind, ErrorKind::Refused | ErrorKind::Invalid), "{url}: {error}");
        let told = bench.fetch.post(&url, &serde_json::json!({})).await;
        assert!(told.is_err(), "{url}");
        assert_eq!(canary.hits(), 0, "{url}");
    }
    assert_eq!(bench.left_over(), 0);
    // The canary can sing: the same address is reached once its origin is allowed.
    let origin = format!("http://127.0.0.1:{}", canary.port);
    let open = Bench::new(names(), &[&origin], |_| {});
    open.fetch.fetch(business(), &origin).await.expect("allowed");
    assert_eq!(canary.hits(), 1);
}

#[tokio::test]
async fn no_redirect_reaches_the_canary() {
    let canary = Canary::start().await;
    let places: Vec<String> = spelled(canary.port).collect();
    let listed = places.clone();
    let server = Server::start(move |request| {
        let number =
            request.split('/').nth(1).and_then(|path| path.split(' ').next()).and_then(|path| path.parse().ok());
        let place: &String = &listed[number.unwrap_or(0_usize)];
        moved(&place.replace(['\n', '\t'], ""))
    })
    .await;
    let origin = server.url("");
    let bench = Bench::new(names(), &[&origin], |config| config.allow_http = true);
    for (number, place) in places.iter().enumerate() {
        // Against the address of the redirect these are paths of the allowed server itself.
        if ["127.0.0.1:", "/etc", "http:/1", "http:1"].iter().any(|start| place.starts_with(start)) || place.is_empty()
        {
            continue;
        }
        let answer = bench.fetch.fetch(business(), &server.url(&format!("/{number}"))).await;
        assert!(answer.is_err(), "{place}");
        assert_eq!(canary.hits(), 0, "{place}");
    }
    assert!(server.seen().len() > 50, "the redirects were asked for");
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let canary = Canary::start().await;
    let script = Script::new([("rebind.example", vec![vec![PUBLIC], vec![[127, 0, 0, 1].into()]])]);
    let bench = Bench::new(std::sync::Arc::clone(&script), &[], |config| config.allow_http = true);
    let url = format!("http://rebind.example:{}/", canary.port);
    let first = bench.fetch.fetch(business(), &url).await.expect_err("nobody is there");
    assert!(matches!(first.kind, ErrorKind::Unavailable | ErrorKind::Timeout), "{first}");
    assert_eq!(script.asked(), 1, "the name is asked for once, before the connection, and never by it");
    let second = bench.fetch.fetch(business(), &url).await.expect_err("this machine");
    assert_eq!(second.kind, ErrorKind::Refused);
    assert_eq!(canary.hits(), 0);
}

#[tokio::test]
async fn http_must_be_asked_for() {
    let canary = Canary::start().await;
    let script = Script::new([("public.example", vec![vec![PUBLIC]])]);
    let bench = Bench::new(std::sync::Arc::clone(&script), &[], |_| {});
    let error = bench.fetch.fetch(business(), "http://public.example/").await.expect_err("plain");
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.message.contains("fetch.allow_http"), "{error}");
    assert_eq!(script.asked(), 0, "not even the name is asked for");
    // An allowed origin is scheme, host and port: nothing else of that host is open.
    let other = Bench::new(script, &["http://127.0.0.1:1"], |_| {});
    let url = format!("http://127.0.0.1:{}/", canary.port);
    assert!(other.fetch.fetch(business(), &url).await.is_err());
    assert_eq!(canary.hits(), 0);
}
