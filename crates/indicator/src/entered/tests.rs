//! What is read from files of values, and how faults in them are named.

use super::*;
use crate::read;

const RATE: &str = "id: unemployment-rate
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: economy
unit: P1
direction: down
measure: { ratio: { factor: 100 } }
uncertainty: share
levels: [region, commune]
frequencies: [year, quarter]
entered: { from: { fr: a, nl: b, en: c }, dataset: lfst_r_lfu3rt }
data_quality: survey
owner: Statbel
";

fn declared() -> Declaration {
    read("a", RATE).unwrap()
}

fn area(code: &str) -> Option<EntityId> {
    ["21009", "BE10"].contains(&code).then(|| EntityId::trusted(&format!("urn:area:{code}")))
}

fn entered(text: &str, filters: &[(&str, &str)]) -> Result<Vec<(String, f64, Status)>, String> {
    let filters: Vec<_> = filters.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let found = read_entered(text, EnteredForm::of(text), &declared(), &area, &filters);
    found.map_err(|error| error.to_string()).map(|values| {
        let each = |one: EnteredValue| {
            (one.period.to_string(), one.value.number.unwrap_or(f64::NAN), one.value.status)
        };
        values.into_iter().map(each).collect()
    })
}

#[test]
fn values_a_line() {
    let found = entered("area;period;value\n21009;2023;12.5\n21009;2024-Q1;\n21009;2022;13\n", &[]).unwrap();
    assert_eq!(found, [("2023".to_owned(), 12.5, Status::Final), ("2022".to_owned(), 13.0, Status::Final)]);
}

#[test]
fn parts_are_worth_more_than_percentages() {
    let text = "area,period,numerator,denominator\n21009,2023,125,1000\n";
    let found = read_entered(text, EnteredForm::Csv, &declared(), &area, &[]).unwrap();
    assert_eq!(found[0].value.number, Some(12.5));
    let (low, high) = found[0].value.interval.unwrap();
    assert!((low - 10.59).abs() < 0.01 && (high - 14.69).abs() < 0.01, "{low} {high}");
    let text = "area,period,value,low,high\n21009,2023,12.5,11,14\n";
    let found = read_entered(text, EnteredForm::Csv, &declared(), &area, &[]).unwrap();
    assert_eq!(found[0].value.interval, Some((11.0, 14.0)));
}

#[test]
fn sdmx() {
    let text = "DATAFLOW,FREQ,SEX,REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n\
        X:Y(1.0),A,T,BE10,2023,11.1,A\nX:Y(1.0),A,F,BE10,2023,10.1,A\nX:Y(1.0),Q,T,BE10,2024-Q2,12.2,P\n";
    let found = entered(text, &[("SEX", "T")]).unwrap();
    assert_eq!(
        found,
        [("2023".to_owned(), 11.1, Status::Final), ("2024-Q2".to_owned(), 12.2, Status::Provisional)]
    );
    let twice = entered(text, &[]).unwrap_err();
    assert!(twice.contains("line 3") && twice.contains("line 2") && twice.contains("--where"), "{twice}");
}

#[test]
fn eurostat() {
    let text = "freq,unit,sex,age,geo\\TIME_PERIOD\t2021 \t2022 \t2023 \n\
        A,PC,T,Y15-74,BE10\t12.5 \t11.3 b\t: \n\
        A,PC,T,Y15-74,BE21\t4.0 \t3.4 \t3.5 p\n\
        A,PC,F,Y15-74,BE10\t12.0 \t10.3 \t9.9 p\n";
    let found = entered(text, &[("sex", "T")]).unwrap();
    assert_eq!(found, [("2021".to_owned(), 12.5, Status::Final), ("2022".to_owned(), 11.3, Status::Final)]);
    let women = entered(text, &[("sex", "F")]).unwrap();
    assert_eq!(women[2], ("2023".to_owned(), 9.9, Status::Provisional));
}

#[test]
fn what_is_wrong_has_its_line() {
    for (text, wanted) in [
        ("area,period,value\n1000,2023,1\n", "line 2: `1000` is not an area"),
        ("area,period,value\n21009,2023,1\n21009,2024-05,1\n", "line 3: 2024-05 is not one of the periods"),
        ("area,period,value\n21009,2023,1,5\n", "line 2"),
        ("area,period,value\n21009,2023,viel\n", "line 2: `viel` is not a number"),
        ("area,value\n21009,2\n", "line 1: there is no column `period`"),
        ("area,period\n21009,2023\n", "line 1: there is no column `value`"),
        ("area,period,value,low,high\n21009,2023,5,9,1\n", "line 2: the lower end 9"),
        ("", "line 1: there is no column"),
    ] {
        let error = entered(text, &[]).unwrap_err();
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
}

/// The same declaration with another measure, and with few persons hidden.
fn measured(measure: &str) -> Declaration {
    let text = RATE
        .replace("measure: { ratio: { factor: 100 } }", measure)
        .replace("uncertainty: share", "uncertainty: none\nsuppress_below: 20");
    read("a", &text).unwrap()
}

fn one(text: &str, declaration: &Declaration) -> Result<Vec<Value>, String> {
    let found = read_entered(text, EnteredForm::of(text), declaration, &area, &[]);
    found.map(|values| values.into_iter().map(|one| one.value).collect()).map_err(|error| error.to_string())
}

#[test]
fn a_value_is_not_put_together_from_half_of_its_parts() {
    for (measure, header) in [
        ("measure: value", "count"),
        ("measure: mean", "count"),
        ("measure: { ratio: { factor: 100 } }", "numerator"),
    ] {
        let text = format!("area,period,value,{header}\n21009,2023,12.5,200\n");
        let found = one(&text, &measured(measure)).unwrap();
        assert_eq!(found[0].number, Some(12.5), "{measure}");
        let alone = format!("area,period,{header}\n21009,2023,200\n");
        assert!(one(&alone, &measured(measure)).unwrap_err().contains("no column `value`"), "{measure}");
    }
    let ratio = measured("measure: { ratio: { factor: 100 } }");
    let text = "area,period,value,numerator,denominator\n21009,2023,12.5,,1000\n";
    let error = one(text, &ratio).unwrap_err();
    assert!(error.contains("line 2: the value 12.5 is not what its parts give, 0"), "{error}");
    // A value that was rounded is no other one; nothing of nothing is no value.
    let text = "area,period,value,numerator,denominator\n21009,2023,12.5,12480,100000\n21009,2022,,0,0\n";
    let found = one(text, &ratio).unwrap();
    assert_eq!((found.len(), found[0].number), (1, Some(12.48)));
}

#[test]
fn what_is_confidential_or_of_too_few_keeps_no_number() {
    let hidden = |text: &str, declaration: &Declaration| {
        let found = one(text, declaration).unwrap();
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!((found[0].number, found[0].interval), (None, None), "{text}");
        assert_eq!((found[0].status, found[0].parts), (Status::Suppressed, Parts::default()), "{text}");
    };
    hidden("area,period,value,low,high,status\n21009,2023,12.5,11,14,suppressed\n", &declared());
    hidden("area,period,numerator,denominator,status\n21009,2023,125,1000,c\n", &declared());
    hidden("REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_FLAG\nBE10,2023,12.5,bc\n", &declared());
    hidden("freq,geo\\TIME_PERIOD\t2023 \nA,BE10\t12.5 b c\n", &declared());
    let ratio = measured("measure: { ratio: { factor: 100 } }");
    hidden("area,period,numerator,denominator\n21009,2023,3,12\n", &ratio);
    // What was entered without a count is the same when it is given out and entered again.
    let value = measured("measure: value");
    let again = one("area,period,value,count,sum\n21009,2023,12.5,1,12.5\n", &value).unwrap();
    let first = one("area,period,value\n21009,2023,12.5\n", &value).unwrap();
    assert_eq!((again[0].number, &again), (Some(12.5), &first));
    hidden("area,period,value,count,sum\n21009,2023,12.5,7,12.5\n", &value);
}

#[test]
fn awkward_files_are_read_or_refused_for_what_they_are() {
    let text = "\u{feff}freq,geo\\TIME_PERIOD\t2023\r\nA,BE10\t12.5 ep\r\n";
    assert_eq!(entered(text, &[("freq", "A")]).unwrap(), [("2023".to_owned(), 12.5, Status::Provisional)]);
    let text = "\u{feff}\"area\";\"period\";\"value\";\"note\"\r\n21009;2023;12.5;\"a; b\"\r\n";
    assert_eq!(entered(text, &[]).unwrap(), [("2023".to_owned(), 12.5, Status::Final)]);
    for (text, wanted) in [
        ("area;period;value\n21009;2023;12,5\n", "line 2: `12,5` is not a number (decimals follow a point)"),
        ("ACTION,REF_AREA,TIME_PERIOD,OBS_VALUE\nD,BE10,2023,1\n", "line 2: the line deletes a value"),
        ("area,period,value\n21009,2023,1\n21009,2023,2\n", "line 3: `urn:area:21009` has a value for 2023"),
    ] {
        let error = entered(text, &[]).unwrap_err();
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_makes_it_panic(text in "[a-z\\\\,;\t\n0-9.:]{0,200}") {
        for form in [EnteredForm::Csv, EnteredForm::SdmxCsv, EnteredForm::Eurostat] {
            read_entered(&text, form, &declared(), &area, &[]).ok();
        }
    }
}
