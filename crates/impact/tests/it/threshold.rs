//! Jumps at thresholds: those of the package `rdrobust` to all digits that matter.

use senne_impact::{
    BandwidthRule, Bandwidths, DiscontinuityOptions, Kernel, LocalVariance, ThresholdData, density_jump,
    discontinuity, placebo_thresholds,
};

use crate::shared::{close, table};

/// Made-up units, the same wherever they are made: a jump of 0.7 at 0.1; heaped running values; what was received when a fifth do not comply.
struct Made {
    running: Vec<f64>,
    heaped: Vec<f64>,
    outcome: Vec<f64>,
    received: Vec<f64>,
    fuzzy: Vec<f64>,
}

fn made() -> Made {
    let part = |value: f64| value - value.floor();
    let mut made = Made { running: vec![], heaped: vec![], outcome: vec![], received: vec![], fuzzy: vec![] };
    for unit in (1..=400).map(f64::from) {
        let x = 2.0 * part(unit * 0.618_033_988_749_894_9) - 1.0;
        let noise = part((unit * 12.9898).sin() * 43_758.545_3) - 0.5;
        let above = f64::from(u8::from(x >= 0.1));
        let received = if part(unit * 0.754_877_666_246_692_7) < 0.2 { 1.0 - above } else { above };
        made.running.push(x);
        made.heaped.push((x * 25.0).round() / 25.0);
        made.outcome.push(1.0 + 0.8 * x + 0.5 * x * x - 0.4 * x.powi(3) + 0.7 * above + noise);
        made.received.push(received);
        made.fuzzy.push(1.0 + 0.8 * x + 0.5 * x * x + 0.9 * received + noise);
    }
    made
}

fn eight(four: [f64; 4], others: [f64; 4]) -> [f64; 8] {
    std::array::from_fn(|place| if place < 4 { four[place] } else { others[place - 4] })
}

#[track_caller]
fn agrees(data: &ThresholdData, options: DiscontinuityOptions, wanted: [f64; 8], within: [usize; 2]) {
    let found = discontinuity(data, 0.1, options).unwrap();
    let effect = found.effect;
    let numbers = [effect.conventional, effect.standard_error, effect.bias_corrected, effect.robust_error];
    let Bandwidths { main, bias } = found.bandwidths;
    for (found, wanted) in numbers.iter().chain(&main).chain(&bias).zip(wanted) {
        close(&format!("{options:?}"), *found, wanted, 1e-8);
    }
    assert_eq!(found.within, within);
}

#[test]
fn sharp_designs() {
    let made = made();
    let data = ThresholdData { running: made.running, outcome: made.outcome, received: None };
    let usual = DiscontinuityOptions::default();
    agrees(
        &data,
        usual,
        [
            0.512_132_002_350_028_4,
            0.115_528_780_017_647_62,
            0.473_767_455_183_426_33,
            0.133_580_977_552_144_07,
            0.311_236_811_002_533_14,
            0.311_236_811_002_533_14,
            0.560_138_297_165_652_4,
            0.560_138_297_165_652_4,
        ],
        [62, 63],
    );
    let short = |options, wanted: [f64; 4], widths: [f64; 4], within| {
        agrees(&data, options, eight(wanted, widths), within);
    };
    let h = 0.251_546_882_255_485_16;
    let b = 0.487_708_992_665_441_5;
    short(
        DiscontinuityOptions { kernel: Kernel::Uniform, ..usual },
        [
            0.569_497_520_414_915_7,
            0.116_024_935_350_539_04,
            0.542_479_061_743_677_2,
            0.134_590_121_785_297_17,
        ],
        [h, h, b, b],
        [49, 52],
    );
    let (h, b) = (0.310_985_362_992_313_55, 0.570_335_432_434_107);
    short(
        DiscontinuityOptions { kernel: Kernel::Epanechnikov, ..usual },
        [0.551_104_388_815_023_5, 0.109_832_545_037_771_9, 0.518_041_423_833_418_8, 0.128_071_281_573_886_6],
        [h, h, b, b],
        [62, 63],
    );
    let (h, b) = (0.285_139_255_965_028_7, 0.440_087_334_428_802_3);
    short(
        DiscontinuityOptions { order: 2, ..usual },
        [
            0.227_562_814_148_710_93,
            0.189_805_918_447_580_55,
            0.167_408_075_693_131_76,
            0.209_146_272_857_112_82,
        ],
        [h, h, b, b],
        [57, 58],
    );
    let h = 0.302_202_947_405_853_24;
    short(
        DiscontinuityOptions { order: 2, derivative: 1, ..usual },
        [-1.939_860_894_250_502_5, 3.078_750_905_579_067_6, -2.358_449_906_874_214, 4.478_472_504_055_706_5],
        [h, h, b, b],
        [60, 61],
    );
}

#[test]
fn bandwidths_and_variances() {
    let made = made();
    let data = ThresholdData { running: made.running, outcome: made.outcome, received: None };
    let usual = DiscontinuityOptions::default();
    agrees(
        &data,
        DiscontinuityOptions { bandwidth: BandwidthRule::Sides, ..usual },
        [
            0.426_895_755_497_094_7,
            0.123_097_807_040_888_7,
            0.378_568_703_999_131_23,
            0.145_528_170_415_104_63,
            0.218_676_537_921_940_86,
            0.290_585_305_134_287_04,
            0.431_540_011_511_594_05,
            0.467_866_222_511_589_3,
        ],
        [43, 59],
    );
    let twice = |main: f64, bias: f64, wanted: [f64; 4]| eight(wanted, [main, main, bias, bias]);
    agrees(
        &data,
        DiscontinuityOptions { bandwidth: BandwidthRule::Sum, ..usual },
        twice(
            0.268_051_619_937_699_27,
            0.435_697_919_940_324_5,
            [
                0.461_718_870_969_820_34,
                0.125_779_685_877_964_43,
                0.393_355_224_657_397_25,
                0.149_840_036_738_658_3,
            ],
        ),
        [53, 55],
    );
    agrees(
        &data,
        DiscontinuityOptions { bandwidth: BandwidthRule::Coverage, ..usual },
        twice(
            0.230_668_322_464_165_6,
            0.560_138_297_165_652_4,
            [
                0.400_160_703_444_315_54,
                0.137_241_846_381_969_85,
                0.379_259_064_451_239_47,
                0.146_983_601_319_641_44,
            ],
        ),
        [45, 47],
    );
    let given = Bandwidths { main: [0.3; 2], bias: [0.5; 2] };
    agrees(
        &data,
        DiscontinuityOptions { bandwidth: BandwidthRule::Given(given), ..usual },
        twice(
            0.3,
            0.5,
            [
                0.500_661_271_199_365_2,
                0.118_015_627_114_174_9,
                0.447_613_839_287_593_46,
                0.139_890_754_234_953_03,
            ],
        ),
        [60, 60],
    );
    let variances = [
        (LocalVariance::Residuals, [0.112_726_586_460_921_2, 0.129_286_222_845_406_72], [62, 63]),
        (LocalVariance::ResidualsFinite, [0.113_393_656_875_412_82, 0.130_705_266_591_885_36], [62, 64]),
        (LocalVariance::ResidualsByLeverage, [0.115_775_809_030_539_25, 0.133_243_857_736_811_8], [63, 65]),
        (LocalVariance::ResidualsLeftOut, [0.118_664_714_803_893_12, 0.137_154_426_551_170_3], [63, 66]),
        (LocalVariance::Neighbours(5), [0.109_847_957_167_976_2, 0.126_563_495_465_702_47], [60, 62]),
    ];
    for (variance, [plain, robust], within) in variances {
        let found = discontinuity(&data, 0.1, DiscontinuityOptions { variance, ..usual }).unwrap();
        close(&format!("{variance:?}"), found.effect.standard_error, plain, 1e-8);
        close(&format!("{variance:?} robust"), found.effect.robust_error, robust, 1e-8);
        assert_eq!(found.within, within, "{variance:?}");
    }
}

#[test]
fn heaped_running_values() {
    let made = made();
    let data = ThresholdData { running: made.heaped, outcome: made.outcome, received: None };
    let usual = DiscontinuityOptions::default();
    let (h, b) = (0.256_919_172_752_514, 0.489_243_246_333_523_4);
    agrees(
        &data,
        usual,
        [
            0.438_418_794_468_740_55,
            0.122_604_376_864_571_03,
            0.391_834_351_576_213_05,
            0.138_912_582_250_686_64,
            h,
            h,
            b,
            b,
        ],
        [47, 49],
    );
    agrees(
        &data,
        DiscontinuityOptions { bandwidth: BandwidthRule::Sides, ..usual },
        [
            0.410_706_100_773_228_9,
            0.125_842_517_183_190_28,
            0.345_841_648_176_862_9,
            0.145_782_539_601_350_04,
            0.234_601_763_626_134_36,
            0.245_579_597_024_406_04,
            0.462_168_626_949_020_94,
            0.414_738_872_653_014_6,
        ],
        [47, 49],
    );
    assert!(discontinuity(&data, 0.1, usual).unwrap().heaped);
}

#[test]
fn fuzzy_designs() {
    let made = made();
    let usual = DiscontinuityOptions::default();
    let data = ThresholdData {
        running: made.running,
        outcome: made.fuzzy.clone(),
        received: Some(made.received.clone()),
    };
    let (h, b) = (0.399_215_239_546_916_7, 0.629_297_308_301_604_1);
    let wanted =
        [0.674_482_455_125_607_6, 0.175_874_570_428_262_3, 0.587_169_357_553_172_1, 0.212_778_547_504_574_03];
    agrees(&data, usual, eight(wanted, [h, h, b, b]), [79, 82]);
    let received = discontinuity(&data, 0.1, usual).unwrap().received.unwrap();
    close("received", received.conventional, 0.568_965_052_990_551_7, 1e-8);
    close("its error", received.standard_error, 0.134_166_975_994_773_04, 1e-8);
    close("corrected", received.bias_corrected, 0.540_210_906_126_483_3, 1e-8);
    close("its robust error", received.robust_error, 0.159_378_983_228_180_73, 1e-8);
    let data = ThresholdData { running: made.heaped, outcome: made.fuzzy, received: Some(made.received) };
    let (h, b) = (0.398_382_386_225_263_56, 0.656_198_989_478_576_7);
    agrees(
        &data,
        DiscontinuityOptions { kernel: Kernel::Epanechnikov, ..usual },
        [
            0.721_880_123_129_387_9,
            0.158_877_359_840_159_02,
            0.644_899_908_837_131_9,
            0.191_802_014_344_982_9,
            h,
            h,
            b,
            b,
        ],
        [79, 82],
    );
}

/// Incumbents in the senate of the United States (Cattaneo, Frandsen and Titiunik 2015), as printed.
#[test]
fn the_senate() {
    let Some(table) = table("rdrobust_senate.csv") else { return };
    let (margin, vote) = (table.numbers("margin"), table.numbers("vote"));
    let known: Vec<usize> = (0..vote.len()).filter(|row| vote[*row].is_finite()).collect();
    let take = |column: &[f64]| known.iter().map(|row| column[*row]).collect();
    let data = ThresholdData { running: take(&margin), outcome: take(&vote), received: None };
    let found = discontinuity(&data, 0.0, DiscontinuityOptions::default()).unwrap();
    close("jump", found.effect.conventional, 7.414, 5.1e-4);
    close("error", found.effect.standard_error, 1.459, 5.1e-4);
    close("h", found.bandwidths.main[0], 17.754, 5.1e-4);
    close("b", found.bandwidths.bias[0], 28.028, 5.1e-4);
    let (middle, width) = (found.effect.bias_corrected, 1.959_964 * found.effect.robust_error);
    close("low", middle - width, 4.094, 5.1e-4);
    close("high", middle + width, 10.919, 5.1e-4);
    assert_eq!((found.units, found.within), ([595, 702], [360, 323]));
    let density = density_jump(&margin, 0.0, Kernel::Triangular).unwrap();
    close("jump in density", density.statistic, -0.8753, 5.1e-5);
    close("its chance", density.p_value, 0.3814, 5.1e-5);
    close("below", density.bandwidths[0], 19.841, 5.1e-4);
    close("above", density.bandwidths[1], 27.119, 5.1e-4);
    assert_eq!(density.within, [408, 460]);
}

/// As the package `rddensity` finds it.
#[test]
fn units_that_place_themselves() {
    let part = |value: f64| value - value.floor();
    let place = |unit: i32| {
        let u = part(f64::from(unit) * 0.618_033_988_749_894_9);
        if u < 0.35 { (u / 0.35).sqrt() * 1.1 - 1.0 } else { 0.1 + 0.9 * ((u - 0.35) / 0.65).powf(1.6) }
    };
    let running: Vec<f64> = (1..=600).map(place).collect();
    let wanted = [
        (Kernel::Triangular, 3.749_596_005_304_529, [0.260_582_448_941_932_83, 0.255_789_904_325_010_8]),
        (Kernel::Uniform, 3.598_143_216_438_962, [0.237_575_219_053_967_53, 0.233_812_406_168_389_5]),
        (Kernel::Epanechnikov, 3.681_141_035_412_067, [0.258_604_517_753_221_1, 0.253_730_787_463_054_4]),
    ];
    for (kernel, statistic, widths) in wanted {
        let found = density_jump(&running, 0.1, kernel).unwrap();
        close("statistic", found.statistic, statistic, 1e-7);
        close("below", found.bandwidths[0], widths[0], 1e-7);
        close("above", found.bandwidths[1], widths[1], 1e-7);
        assert!(found.p_value < 0.001, "{found:?}");
    }
    let made = made();
    let found = density_jump(&made.running, 0.1, Kernel::Triangular).unwrap();
    close("even", found.statistic, 0.132_786_983_741_022_6, 1e-7);
    let found = density_jump(&made.heaped, 0.1, Kernel::Triangular).unwrap();
    close("heaped", found.statistic, 0.011_376_825_369_916_611, 1e-7);
    assert!(density_jump(&[1.0, 2.0, f64::NAN], 1.5, Kernel::Uniform).is_err());
    assert!(density_jump(&running, 5.0, Kernel::Uniform).is_err());
}

#[test]
fn elsewhere_there_is_no_jump() {
    let made = made();
    let data = ThresholdData { running: made.running, outcome: made.outcome, received: None };
    let found = placebo_thresholds(&data, 0.1, &[-0.4, 0.5], DiscontinuityOptions::default()).unwrap();
    for placebo in &found {
        assert!(placebo.p_value > 0.05, "{placebo:?}");
    }
    assert!(placebo_thresholds(&data, 0.1, &[0.1], DiscontinuityOptions::default()).is_err());
}

#[test]
fn what_cannot_be_is_said() {
    let usual = DiscontinuityOptions::default();
    let line: Vec<f64> = (0..40).map(f64::from).collect();
    let data = |running: Vec<f64>, outcome: Vec<f64>| ThresholdData { running, outcome, received: None };
    let good = data(line.clone(), line.iter().map(|x| (x * 3.7).sin()).collect());
    assert!(discontinuity(&good, 20.0, usual).is_ok());
    assert!(discontinuity(&good, 0.0, usual).is_err(), "none below");
    assert!(discontinuity(&good, f64::NAN, usual).is_err());
    assert!(discontinuity(&good, 20.0, DiscontinuityOptions { derivative: 2, ..usual }).is_err());
    assert!(discontinuity(&good, 20.0, DiscontinuityOptions { order: 99, ..usual }).is_err());
    let variance = LocalVariance::Neighbours(0);
    assert!(discontinuity(&good, 20.0, DiscontinuityOptions { variance, ..usual }).is_err());
    assert!(discontinuity(&data(line.clone(), vec![1.0; 3]), 20.0, usual).is_err());
    assert!(discontinuity(&data(line.clone(), vec![f64::NAN; 40]), 20.0, usual).is_err());
    assert!(discontinuity(&data(line.clone(), vec![1.0; 40]), 20.0, usual).is_err(), "nothing varies");
    let narrow = Bandwidths { main: [0.5; 2], bias: [0.5; 2] };
    let bandwidth = BandwidthRule::Given(narrow);
    assert!(discontinuity(&good, 20.0, DiscontinuityOptions { bandwidth, ..usual }).is_err());
    let bandwidth = BandwidthRule::Given(Bandwidths { main: [-1.0; 2], bias: [1.0; 2] });
    assert!(discontinuity(&good, 20.0, DiscontinuityOptions { bandwidth, ..usual }).is_err());
    let same = ThresholdData { received: Some(vec![1.0; 40]), ..good };
    assert!(discontinuity(&same, 20.0, usual).is_err(), "all received it");
}
