//! A smoking ban and heart attacks in Sicily (Lopez Bernal, Cummins and Gasparrini 2017).

use senne_impact::{Design, Family, InterruptedOptions, Interruption, SeriesKind, fit_general, interrupted};

use crate::shared::{Table, close, expected, table};

fn harmonics(design: &mut Design, month: &[f64], pairs: u32) {
    for pair in 1..=pairs {
        let angle = |month: &f64| 2.0 * std::f64::consts::PI * f64::from(pair) * month / 12.0;
        design.push(format!("sin{pair}"), month.iter().map(|month| angle(month).sin()).collect());
        design.push(format!("cos{pair}"), month.iter().map(|month| angle(month).cos()).collect());
    }
}

#[test]
fn counts_with_a_step() {
    let (Some(data), Some(wanted)) = (table("its_sicily.csv"), table("its_sicily_expected.csv")) else {
        return;
    };
    let of = |model: &str, term: &str, column: &str| value(&wanted, model, term, column);
    let (outcome, time) = (data.numbers("aces"), data.numbers("time"));
    let offset: Vec<f64> = data.numbers("stdpop").iter().map(|population| population.ln()).collect();
    let plain = Design::with_intercept(time.len())
        .with("smokban", data.numbers("smokban"))
        .with("time", time.clone());
    let fit = fit_general(Family::Poisson, &plain, &outcome, Some(&offset), None).unwrap();
    let errors = fit.standard_errors(false);
    for term in ["(Intercept)", "smokban", "time"] {
        let place = fit.fit.index(term).unwrap();
        close(term, fit.fit.coefficients[place], of("1_poisson", term, "estimate"), 1e-7);
        close(term, errors[place], of("1_poisson", term, "se"), 1e-7);
    }
    close("deviance", fit.deviance, of("1_poisson", "smokban", "deviance"), 1e-6);
    let mut seasonal = plain;
    harmonics(&mut seasonal, &data.numbers("month"), 2);
    let fit = fit_general(Family::Poisson, &seasonal, &outcome, Some(&offset), None).unwrap();
    close("ratio", fit.fit.coefficient("smokban").unwrap().exp(), 0.88507, 1e-5);
    close("dispersion", fit.dispersion, 2.2622, 5.1e-5);
}

fn value(wanted: &Table, model: &str, term: &str, column: &str) -> f64 {
    let (models, terms) = (wanted.texts("model"), wanted.texts("term"));
    let row = (0..models.len()).find(|row| models[*row] == model && terms[*row] == term).unwrap();
    wanted.numbers(column)[row]
}

#[test]
fn as_an_interrupted_series() {
    let (Some(data), Some(expected)) = (table("its_sicily.csv"), expected()) else { return };
    let expected = &expected["its_sicily"]["run_R_glm"];
    let wanted = |model: &str, name: &str| expected[model][name].as_f64().unwrap();
    let begin = data.numbers("smokban").iter().position(|ban| *ban > 0.0).unwrap();
    let series = Interruption {
        outcome: data.numbers("aces"),
        begin,
        exposure: Some(data.numbers("stdpop")),
        covariates: Design::new(),
    };
    let plain = InterruptedOptions { kind: SeriesKind::Count, ..InterruptedOptions::default() };
    let found = interrupted(&series, plain).unwrap();
    let step = found.term("step").unwrap();
    close("ratio", step.estimate.exp(), wanted("poisson", "smokban_RR"), 1e-6);
    let ends = &expected["poisson"]["ci"];
    close("lower end", step.low.exp(), ends[0].as_f64().unwrap(), 1e-6);
    close("upper end", step.high.exp(), ends[1].as_f64().unwrap(), 1e-6);
    close("ratio overall", found.ratio.unwrap(), step.estimate.exp(), 1e-9);
    close("time", found.term("time").unwrap().estimate, wanted("poisson", "time"), 1e-8);
    let quasi = InterruptedOptions { kind: SeriesKind::DispersedCount, ..plain };
    let found = interrupted(&series, quasi).unwrap();
    close("dispersion", found.dispersion.unwrap(), wanted("quasipoisson", "dispersion"), 5.1e-5);
    let seasonal = InterruptedOptions { season: Some((2, 12.0)), ..quasi };
    let found = interrupted(&series, seasonal).unwrap();
    let step = found.term("step").unwrap();
    close("seasonal ratio", step.estimate.exp(), wanted("quasi+harmonics(2,12)", "RR"), 5.1e-6);
    let ends = &expected["quasi+harmonics(2,12)"]["ci"];
    close("seasonal lower end", step.low.exp(), ends[0].as_f64().unwrap(), 5.1e-6);
    close("seasonal upper end", step.high.exp(), ends[1].as_f64().unwrap(), 5.1e-6);
    let trend = (found.term("time").unwrap().estimate * 12.0).exp();
    close("trend", trend, wanted("quasi+harmonics(2,12)", "trend_per_year"), 1e-6);
    let sloped = interrupted(&series, InterruptedOptions { slope: true, ..seasonal }).unwrap();
    let slope = sloped.term("slope").unwrap();
    close("slope", slope.estimate, wanted("plus change in slope (time-36):smokban", "coef"), 5.1e-6);
    close(
        "error of the slope",
        slope.standard_error,
        wanted("plus change in slope (time-36):smokban", "se"),
        5.1e-6,
    );
    let fewer: f64 = found.course.iter().map(|step| step.effect).sum::<f64>() / found.course.len() as f64;
    close("mean effect", found.effect, fewer, 1e-9);
    assert!(found.effect < 0.0 && found.effect + 1.96 * found.standard_error < 0.0);
}
