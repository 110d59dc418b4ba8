//! Where files are sent: this server offers them itself, and sends them nowhere else.

use serde_json::Value;

use super::Fault;

/// The destination that stands for the server's own hosting.
const OURS: &str = "shotstack";

/// One fault for every destination of `list` that is not this server. `path` is the place of the list, which may also
/// be a single destination.
#[must_use]
pub fn foreign(list: &Value, path: &str) -> Vec<Fault> {
    let fault = |(index, destination): (usize, &Value)| {
        let provider = destination["provider"].as_str().unwrap_or_default();
        (provider != OURS).then(|| Fault {
            path: if list.is_array() { format!("{path}[{index}].provider") } else { format!("{path}.provider") },
            message: format!(
                "files are not sent to '{provider}' from here: leave this destination out, and send the file on from \
                 its address when the callback has come; 'shotstack' is this server's own hosting"
            ),
        })
    };
    each(list).enumerate().filter_map(fault).collect()
}

/// True when `list` leaves files out of this server's hosting.
#[must_use]
pub fn leaves_out_ours(list: &Value) -> bool {
    each(list).any(|destination| {
        let exclude = &destination["exclude"];
        let says_so = exclude.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"));
        destination["provider"] == OURS && (exclude == true || says_so)
    })
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    let one = list.is_object().then_some(list);
    list.as_array().into_iter().flatten().chain(one)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_our_own_hosting_is_known() {
        let list = json!([{ "provider": "shotstack", "exclude": "True" }, { "provider": "mux" }, {}]);
        let paths: Vec<String> = foreign(&list, "output.destinations").into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, ["output.destinations[1].provider", "output.destinations[2].provider"]);
        assert!(leaves_out_ours(&list) && !leaves_out_ours(&json!([{ "provider": "shotstack" }])));
        let faults = foreign(&json!({ "provider": "s3" }), "destinations");
        assert!(faults[0].path == "destinations.provider" && faults[0].message.contains("'s3'"), "{faults:?}");
        assert_eq!(foreign(&Value::Null, "destinations"), []);
    }
}
