//! A smoking ban and heart attacks in Sicily (Lopez Bernal, Cummins and Gasparrini 2017).

use senne_impact::{Design, Family, fit_general};

use crate::shared::{Table, close, table};

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
