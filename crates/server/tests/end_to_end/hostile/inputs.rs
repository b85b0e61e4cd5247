//! The malformed inputs.

/// One request that must be refused.
pub(super) struct Input {
    pub(super) what: &'static str,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Part of the field that the problem names, where there is one.
    pub(super) field: Option<&'static str>,
}

impl Input {
    fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(there, _)| there != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

fn post(what: &'static str, path: &str, body: impl Into<Vec<u8>>) -> Input {
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let path = format!("/ngsi-ld/v1/{path}");
    Input { what, method: "POST", path, headers, body: body.into(), field: None }
}

fn create(what: &'static str, body: impl Into<Vec<u8>>) -> Input {
    post(what, "entities", body)
}

fn get(what: &'static str, path: &str) -> Input {
    let path = format!("/ngsi-ld/v1/{path}");
    Input { what, method: "GET", path, headers: Vec::new(), body: Vec::new(), field: None }
}

/// An entity with these further members.
fn entity(members: &str) -> String {
    format!(r#"{{"id":"urn:ngsi-ld:Probe:x","type":"Probe",{members}}}"#)
}

fn linked(what: &'static str, context: &str) -> Input {
    create(what, entity(&format!(r#""a":1,"@context":{context}"#)))
        .header("Content-Type", "application/ld+json")
}

/// A ring of so many positions.
fn polygon(positions: usize) -> String {
    let mut ring = String::with_capacity(positions * 20);
    for number in 0..positions {
        let angle = number as f64 / positions as f64 * std::f64::consts::TAU;
        ring.push_str(&format!("[{:.6},{:.6}],", 4.35 + angle.cos() / 10.0, 50.85 + angle.sin() / 10.0));
    }
    format!(
        "{{\"type\":\"GeoProperty\",\"value\":{{\"type\":\"Polygon\",\"coordinates\":[[{ring}[4.45,50.85]]]}}}}"
    )
}

/// A batch whose one attribute has 10 MB.
pub(super) fn large_batch() -> Vec<u8> {
    let text = "x".repeat(10_000_000);
    format!("[{}]", entity(&format!(r#""big":{{"type":"Property","value":"{text}"}}"#))).into_bytes()
}

pub(super) fn inputs() -> Vec<Input> {
    [texts(), kinds(), sizes(), contexts(), questions(), elsewhere()].into_iter().flatten().collect()
}

fn texts() -> Vec<Input> {
    let mut bad_utf8 = entity(r#""a":{"type":"Property","value":"?"}"#).into_bytes();
    let place = bad_utf8.iter().position(|b| *b == b'?').unwrap();
    bad_utf8[place] = 0xff;
    vec![
        create("no JSON", "this is not JSON"),
        create("an empty body", ""),
        create("cut JSON", r#"{"id":"urn:ngsi-ld:Probe:x","type":"Probe","a":{"type":"Property","val"#)
            .field("a"),
        create("a comma too many", entity(r#""a":{"type":"Property","value":[1,2,]}"#)).field("a.value"),
        create("NaN", entity(r#""no2":{"type":"Property","value":NaN}"#)).field("no2.value"),
        create("Infinity", entity(r#""no2":{"type":"Property","value":-Infinity}"#)).field("no2.value"),
        create("1e999", entity(r#""no2":{"type":"Property","value":1e999}"#)).field("no2.value"),
        create("bad UTF-8", bad_utf8).field("a"),
        create("half a surrogate", entity(r#""a":{"type":"Property","value":"\ud800"}"#)).field("a"),
        create("a control character", entity("\"a\":{\"type\":\"Property\",\"value\":\"\u{1}\"}")).field("a"),
        create("two documents", format!("{}{}", entity(r#""a":1"#), entity(r#""a":1"#))),
        create("a number", "5"),
        create("an array", "[]"),
        post("a batch that is an object", "entityOperations/create", entity(r#""a":1"#)),
        post("an empty batch", "entityOperations/create", "[]"),
        post("a batch of numbers", "entityOperations/create", "[1,2,3]"),
        post("a batch with a broken end", "entityOperations/upsert", format!("[{},", entity(r#""a":1"#))),
    ]
}

fn kinds() -> Vec<Input> {
    let air = |attribute: &str| {
        format!(r#"{{"id":"urn:ngsi-ld:AirQualityObserved:x","type":"AirQualityObserved",{attribute}}}"#)
    };
    let place = |value: &str| entity(&format!(r#""location":{{"type":"GeoProperty","value":{value}}}"#));
    vec![
        create("no id", r#"{"type":"Probe","a":1}"#).field("id"),
        create("no type", r#"{"id":"urn:ngsi-ld:Probe:x","a":1}"#).field("type"),
        create("an id that is no IRI", r#"{"id":"not an iri","type":"Probe"}"#).field("id"),
        create("an id that is a number", r#"{"id":5,"type":"Probe"}"#).field("id"),
        create("two ids", r#"{"id":"urn:a:b","id":"urn:a:c","type":"Probe"}"#).field("id"),
        create("a type that is an object", r#"{"id":"urn:a:b","type":{}}"#).field("type"),
        create("a name with a bracket", entity(r#""a[1]":1"#)).field("a[1]"),
        create("an empty name", entity(r#""":1"#)),
        create("a property without a value", entity(r#""a":{"type":"Property"}"#)).field("a"),
        create("an unknown kind", entity(r#""a":{"type":"Propperty","value":1}"#)).field("a"),
        create("a null", entity(r#""a":{"type":"Property","value":null}"#)).field("a"),
        create(
            "a relationship to no IRI",
            entity(r#""a":{"type":"Relationship","object":"here and there"}"#),
        )
        .field("a"),
        create(
            "a time that is none",
            entity(r#""a":{"type":"Property","value":1,"observedAt":"yesterday"}"#),
        )
        .field("a.observedAt"),
        create(
            "the 30th of February",
            entity(r#""a":{"type":"Property","value":1,"observedAt":"2024-02-30T00:00:00Z"}"#),
        )
        .field("a.observedAt"),
        create(
            "a dataset id that is no IRI",
            entity(r#""a":{"type":"Property","value":1,"datasetId":"x y"}"#),
        )
        .field("a"),
        create(
            "a text where the contract wants a number",
            air(r#""no2":{"type":"Property","value":"much"}"#),
        )
        .field("no2"),
        create(
            "a unit that the contract does not know",
            air(r#""no2":{"type":"Property","value":1,"unitCode":"KGM"}"#),
        )
        .field("no2"),
        create("a place that is a number", place("5")).field("location"),
        create("a geometry of unknown kind", place(r#"{"type":"Circle","coordinates":[4,50]}"#))
            .field("location"),
        create("a point without a latitude", place(r#"{"type":"Point","coordinates":[4]}"#))
            .field("location"),
        create("a point off the globe", place(r#"{"type":"Point","coordinates":[4,5000]}"#))
            .field("location"),
        create(
            "a ring that is open",
            place(r#"{"type":"Polygon","coordinates":[[[4,50],[5,50],[5,51],[4,51]]]}"#),
        )
        .field("location"),
        create("a ring of two", place(r#"{"type":"Polygon","coordinates":[[[4,50],[4,50]]]}"#))
            .field("location"),
    ]
}

fn sizes() -> Vec<Input> {
    let text = "x".repeat(10_000_000);
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let objects = format!("{}1{}", "{\"b\":".repeat(10_000), "}".repeat(10_000));
    let nested =
        format!("{}1{}", "{\"type\":\"Property\",\"value\":1,\"b\":".repeat(5_000), "}".repeat(5_000));
    let long_id = format!("urn:ngsi-ld:Probe:{}", "x".repeat(1_000_000));
    vec![
        create("an attribute of 10 MB", entity(&format!(r#""big":{{"type":"Property","value":"{text}"}}"#))),
        create(
            "an attribute of 2 MB",
            entity(&format!(r#""big":{{"type":"Property","value":"{}"}}"#, &text[..2_000_000])),
        )
        .field("big"),
        post("an attribute of 10 MB in a batch", "entityOperations/upsert", large_batch()).field("big"),
        create(
            "arrays 10,000 deep",
            entity(&format!(r#""a":{{"type":"Property","value":{}}}"#, deep(10_000))),
        ),
        create("arrays 100 deep", entity(&format!(r#""a":{{"type":"Property","value":{}}}"#, deep(100))))
            .field("a"),
        create("objects 10,000 deep", entity(&format!(r#""a":{objects}"#))),
        create("sub-attributes 5,000 deep", entity(&format!(r#""a":{nested}"#))),
        create("a polygon of 100,000 positions", entity(&format!(r#""location":{}"#, polygon(100_000)))),
        post(
            "a polygon of 1,000,000 positions",
            "entityOperations/upsert",
            format!("[{}]", entity(&format!(r#""location":{}"#, polygon(1_000_000)))),
        )
        .field("location"),
        create("an id of 1 MB", format!(r#"{{"id":"{long_id}","type":"Probe"}}"#)).field("id"),
        create("a type of 1 MB", format!(r#"{{"id":"urn:a:b","type":"{}"}}"#, &text[..1_000_000]))
            .field("type"),
        create("a name of 1 MB", entity(&format!(r#""{}":1"#, &text[..1_000_000]))),
        post("a body of 40 MB", "entityOperations/upsert", vec![b' '; 40_000_000]),
    ]
}

fn contexts() -> Vec<Input> {
    vec![
        create("linked data without a context", entity(r#""a":1"#)).header("Content-Type", "application/ld+json").field("@context"),
        create("a context in plain JSON", entity(r#""a":1,"@context":"https://example.org/c.jsonld""#)).field("@context"),
        linked("a context that is a number", "5").field("@context"),
        linked("a context that is no URL", r#""not a url""#).field("@context"),
        linked("a context on a file", r#""file:///etc/passwd""#).field("@context"),
        linked("a context of odd terms", r#"{"a":{"@id":5}}"#).field("@context"),
        linked("a context in a circle", r#"{"a":"b:c","b":"a:d"}"#).field("@context"),
        create("a picture", "x").header("Content-Type", "image/png"),
        create("a tenant with a slash", entity(r#""a":1"#)).header("NGSILD-Tenant", "../../etc"),
        get("two contexts", "entities?type=Probe").header(
            "Link",
            r#"<http://a.example/c>; rel="http://www.w3.org/ns/json-ld#context", <http://b.example/c>; rel="http://www.w3.org/ns/json-ld#context""#,
        ).field("Link"),
    ]
}

fn questions() -> Vec<Input> {
    let brackets = format!("entities?type=Probe&q={}a==1{}", "(".repeat(5_000), ")".repeat(5_000));
    let many = format!("entities?type=Probe&q={}a==1", "a==1;".repeat(3_000));
    vec![
        get("nothing asked for", "entities"),
        get("a limit that is none", "entities?type=Probe&limit=many").field("limit"),
        get("a limit too large", "entities?type=Probe&limit=1000000000").field("limit"),
        get("a negative offset", "entities?type=Probe&offset=-1").field("offset"),
        get("a broken q", "entities?type=Probe&q=a==").field("q"),
        get("brackets 5,000 deep", &brackets).field("q"),
        get("3,000 conditions", &many).field("q"),
        get("an id pattern that is none", "entities?type=Probe&idPattern=%28").field("idPattern"),
        get("a broken type", "entities?type=%28Probe").field("type"),
        get("half a geo-query", "entities?type=Probe&georel=near").field("ge"),
        get("a geo-query of nonsense", "entities?type=Probe&georel=near;maxDistance==x&geometry=Point&coordinates=%5B1,2%5D"),
        get("coordinates that are none", "entities?type=Probe&georel=within&geometry=Polygon&coordinates=here").field("coordinates"),
        get("an id that is no IRI", "entities/nonsense%20here"),
        get("an entity that is not there", "entities/urn:ngsi-ld:Probe:none"),
        get("bad UTF-8 in the path", "entities/urn:%ff%fe"),
        get("a time relation that is none", "temporal/entities/urn:ngsi-ld:Probe:there?timerel=during&timeAt=2024-01-01T00:00:00Z").field("timerel"),
        get("a time that is none", "temporal/entities/urn:ngsi-ld:Probe:there?timerel=after&timeAt=then").field("timeAt"),
        get("between without an end", "temporal/entities/urn:ngsi-ld:Probe:there?timerel=between&timeAt=2024-01-01T00:00:00Z").field("endTimeAt"),
        get("an aggregate that is none", "temporal/entities/urn:ngsi-ld:Probe:there?timerel=after&timeAt=2024-01-01T00:00:00Z&format=aggregatedValues&aggrMethods=best").field("aggrMethods"),
        get("a period that is none", "temporal/entities/urn:ngsi-ld:Probe:there?timerel=after&timeAt=2024-01-01T00:00:00Z&format=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=often").field("aggrPeriodDuration"),
        get("lastN of nothing", "temporal/entities/urn:ngsi-ld:Probe:there?timerel=after&timeAt=2024-01-01T00:00:00Z&lastN=0").field("lastN"),
    ]
}

/// The server's own routes.
fn elsewhere() -> Vec<Input> {
    let at = |what, path: &str, body: &[u8]| Input {
        path: path.to_owned(),
        ..post(what, "", body).header("Content-Type", "text/plain")
    };
    let json = |what, body: &[u8]| at(what, "/sql", body).header("Content-Type", "application/json");
    vec![
        at("SQL that is none", "/sql", b"SELEKT everything"),
        at("SQL that writes", "/sql", b"DROP TABLE entity"),
        at("SQL that makes", "/sql", b"CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'"),
        at("SQL that copies", "/sql", b"COPY (SELECT 1) TO '/tmp/senne-hostile.csv'"),
        at("SQL of an unknown view", "/sql", b"SELECT * FROM nowhere"),
        at("SQL of an unknown column", "/sql", b"SELECT nothing FROM entity"),
        at("SQL in bad UTF-8", "/sql", b"SELECT '\xff'"),
        at("SQL that is long", "/sql", &vec![b'-'; 300_000]),
        at(
            "SQL that nests",
            "/sql",
            format!("SELECT {}1{}", "(".repeat(20_000), ")".repeat(20_000)).as_bytes(),
        ),
        at("SQL that is empty", "/sql", b"  ").field("query"),
        at("SQL in a form that there is not", "/sql?format=xml", b"SELECT 1"),
        at("SQL with a wrong number", "/sql?rows=many", b"SELECT 1").field("rows"),
        at("SQL with an unknown word", "/sql?limit=1", b"SELECT 1").field("limit"),
        at("SQL without its parameter", "/sql", b"SELECT $1").field("parameters"),
        at("SQL for an odd tenant", "/sql", b"SELECT 1").header("NGSILD-Tenant", "../x"),
        at("SQL as a picture", "/sql", b"SELECT 1").header("Content-Type", "image/png"),
        json("SQL in JSON that is none", b"{\"query\": "),
        json("SQL in JSON that nests", format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)).as_bytes()),
        json("SQL with an unknown member", b"{\"query\": \"SELECT 1\", \"sql\": 1}"),
        json("SQL that may take no time", b"{\"query\": \"SELECT 1\", \"seconds\": 0}").field("seconds"),
        json("SQL with odd parameters", b"{\"query\": \"SELECT $1\", \"parameters\": [[1]]}")
            .field("parameters"),
        json("SQL with a parameter in the wrong place", b"{\"query\": \"SELECT $2\", \"parameters\": [1]}")
            .field("parameters"),
        at("a batch that is none", "/intake/batch", b"nonsense"),
        at("an empty batch that says nothing", "/intake/position", b""),
    ]
}
