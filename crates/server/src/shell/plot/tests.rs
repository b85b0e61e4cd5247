//! What a plot looks like, and that nothing it is given breaks it.

use proptest::prelude::*;
use senne_hub::{Column, ColumnKind};
use senne_model::Json;

use super::*;

const PAPER: Paper = Paper { width: 60, height: 16, colours: false };

fn table(names: &[&str], rows: Vec<Vec<Json>>) -> Table {
    let column = |name: &&str| Column { name: (*name).to_owned(), kind: ColumnKind::Other };
    Table { columns: names.iter().map(column).collect(), rows, truncated: false }
}

fn of(x: Option<&str>, y: Option<&str>, by: Option<&str>) -> PlotOf {
    let own = |name: Option<&str>| name.map(str::to_owned);
    PlotOf { x: own(x), y: own(y), by: own(by) }
}

fn hour(number: i64) -> Json {
    Json::from(Timestamp::from_micros(1_706_652_000_000_000 + number * 3_600_000_000).to_string())
}

#[test]
fn a_line_over_time_breaks_where_nothing_is() {
    let level = |i: i64| {
        if (20..26).contains(&i) { Json::Null } else { Json::Float(40.0 + (i as f64 / 6.0).sin() * 25.0) }
    };
    let rows = (0..60).map(|i| vec![hour(i), level(i)]).collect();
    insta::assert_snapshot!(plot(&table(&["start", "no2"], rows), &PlotOf::default(), PAPER).unwrap());
}

#[test]
fn several_series_have_letters_where_there_is_no_colour() {
    let mut rows: Vec<Vec<Json>> = Vec::new();
    for i in 0..30_i64 {
        rows.push(vec![Json::Int(i), Json::text("up\x1b[31m"), Json::Int(i * i)]);
        rows.push(vec![Json::Int(i), Json::text("down"), Json::Int(900 - 30 * i)]);
    }
    let table = table(&["step", "series", "value"], rows);
    let drawn = plot(&table, &of(Some("step"), Some("VALUE"), Some("series")), PAPER).unwrap();
    insta::assert_snapshot!(&drawn);
    let coloured = Paper { colours: true, ..PAPER };
    let drawn = plot(&table, &of(None, None, Some("series")), coloured).unwrap();
    assert!(drawn.contains("\x1b[36m") && drawn.contains("\x1b[33m") && !drawn.contains("\x1b[31m"));
    let folded = plot(&table, &PlotOf::default(), PAPER).unwrap();
    assert!(folded.contains("`by SERIES`"), "{folded}");
}

#[test]
fn rows_out_of_order_and_single_values() {
    let rows = [3, 1, 2].map(|i| vec![Json::Int(i), Json::Int(i)]).to_vec();
    let straight = [1, 2, 3].map(|i| vec![Json::Int(i), Json::Int(i)]).to_vec();
    let drawn = |rows| plot(&table(&["x", "y"], rows), &PlotOf::default(), PAPER).unwrap();
    assert_eq!(drawn(rows), drawn(straight));
    let one =
        plot(&table(&["at", "y"], vec![vec![hour(0), Json::Int(7)]]), &PlotOf::default(), PAPER).unwrap();
    insta::assert_snapshot!(one);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let rows = || vec![vec![Json::text("a"), Json::Int(1), Json::Null]];
    let refusal = |of: PlotOf| plot(&table(&["name", "value", "none"], rows()), &of, PAPER).unwrap_err();
    assert!(refusal(PlotOf::default()).contains("upwards"));
    assert!(refusal(of(Some("value"), Some("valeu"), None)).contains("nearest is `value`"));
    assert!(refusal(of(Some("name"), Some("value"), None)).contains("neither times nor numbers"));
    assert!(refusal(of(Some("value"), Some("name"), None)).contains("not numbers"));
    assert!(plot(&Table::default(), &PlotOf::default(), PAPER).is_err());
    let far = [f64::MAX, f64::MIN].map(|x| vec![Json::Float(x), Json::Int(1)]).to_vec();
    assert!(plot(&table(&["x", "y"], far), &PlotOf::default(), PAPER).unwrap_err().contains("too far apart"));
}

#[test]
fn many_series_are_counted() {
    let rows = (0..20).map(|i| vec![Json::Int(1), Json::Int(i), Json::Int(i)]).collect();
    let drawn = plot(&table(&["x", "y", "s"], rows), &of(None, None, Some("s")), PAPER).unwrap();
    assert!(drawn.contains("and 14 more series"), "{drawn}");
}

fn cell() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<i64>().prop_map(Json::Int),
        any::<f64>().prop_map(Json::from),
        (0..5_i64).prop_map(Json::Int),
        (-1_000_000..1_000_000_i64).prop_map(hour),
        "\\PC{0,5}".prop_map(Json::from),
    ]
}

proptest! {
    #[test]
    fn any_answer_on_any_paper(
        rows in proptest::collection::vec(proptest::collection::vec(cell(), 3), 0..12),
        numbers in proptest::collection::vec((any::<f64>(), any::<f64>()), 0..8),
        width in 0_usize..150,
        height in 0_usize..60,
        by in any::<bool>(),
    ) {
        let paper = Paper { width, height, colours: by };
        let of = of(None, None, by.then_some("c"));
        let _ = plot(&table(&["a", "b", "c"], rows), &of, paper);
        let rows = numbers.into_iter().map(|(x, y)| vec![Json::from(x), Json::from(y)]).collect();
        let _ = plot(&table(&["a", "b"], rows), &PlotOf::default(), paper);
    }
}
