/** Functions that came after Spark 3.5, by their SQL names, with the version that has them. */
export const FUNCTIONS_SINCE: Readonly<Record<string, string>> = Object.fromEntries([
  ...since(
    '4.0',
    `
    collate collation dayname from_xml is_valid_utf8 is_variant_null listagg make_valid_utf8 monthname nullifzero
    parse_json randstr schema_of_variant schema_of_variant_agg schema_of_xml session_user string_agg timestampadd
    timestampdiff to_variant_object to_xml try_make_interval try_make_timestamp try_make_timestamp_ltz
    try_make_timestamp_ntz try_mod try_parse_json try_parse_url try_reflect try_to_date try_url_decode
    try_validate_utf8 try_variant_get uniform validate_utf8 variant_get zeroifnull`,
  ),
  ...since(
    '4.1',
    `
    bitmap_and_agg current_time kll_sketch_agg_bigint kll_sketch_agg_double kll_sketch_agg_float
    kll_sketch_get_n_bigint kll_sketch_get_n_double kll_sketch_get_n_float kll_sketch_get_quantile_bigint
    kll_sketch_get_quantile_double kll_sketch_get_quantile_float kll_sketch_get_rank_bigint
    kll_sketch_get_rank_double kll_sketch_get_rank_float kll_sketch_merge_bigint kll_sketch_merge_double
    kll_sketch_merge_float kll_sketch_to_string_bigint kll_sketch_to_string_double kll_sketch_to_string_float
    make_time quote st_asbinary st_geogfromwkb st_geomfromwkb st_setsrid st_srid theta_difference theta_intersection
    theta_intersection_agg theta_sketch_agg theta_sketch_estimate theta_union theta_union_agg time_diff time_trunc
    to_time try_to_time`,
  ),
]);

function since(version: string, names: string): [string, string][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => [name, version]);
}
