//! The codecs, one file each; what models of one maker share is in a file of the maker's name.

mod bosch_tps110;
mod browan_tbms100;
mod dingtek;
mod dingtek_do200;
mod dingtek_do201;
mod dingtek_do202;
mod dragino_lds02;
mod heltec;
mod heltec_v3_bay;
mod heltec_v3_zone;
mod kosmos_parking;
mod libelium;
mod libelium_parking_2018;
mod libelium_parking_2019;
mod macnman_parkomate;
mod milesight_ds3604;
mod moko;
mod moko_lw009_ig;
mod moko_lw009_sm;
mod netvox_r719a;
mod nwave;
mod nwave_ncc405;
mod nwave_nps310sm;
mod nwave_nps405;
mod plenom_busylight_omega;
mod pni_placepod;
mod tekzitel_tekzipark;

use super::Codec;

/// Every codec, in the order of the catalogue of models.
pub static CODECS: [Codec; 22] = [
    bosch_tps110::CODEC,
    nwave_nps405::CODEC,
    nwave_nps310sm::CODEC,
    nwave_ncc405::CODEC,
    pni_placepod::CODEC,
    netvox_r719a::CODEC,
    tekzitel_tekzipark::CODEC,
    dingtek_do200::CODEC,
    dingtek_do201::CODEC,
    dingtek_do202::CODEC,
    libelium_parking_2018::CODEC,
    libelium_parking_2019::CODEC,
    moko_lw009_sm::CODEC,
    moko_lw009_ig::CODEC,
    kosmos_parking::CODEC,
    macnman_parkomate::CODEC,
    browan_tbms100::CODEC,
    dragino_lds02::CODEC,
    plenom_busylight_omega::CODEC,
    heltec_v3_bay::CODEC,
    heltec_v3_zone::CODEC,
    milesight_ds3604::CODEC,
];
