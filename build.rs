//! Embeds the assets: the stylesheets from `assets/css` and `assets/css-console`, the scripts, the images, and htmx from the npm lock file's package.
use sha2::{Digest, Sha256};
use std::{env, fmt::Write, fs, path::Path};

/// `dist/htmx.min.js` of htmx.org 4.0.1, as locked in assets/package-lock.json.
const HTMX: &str = "assets/node_modules/htmx.org/dist/htmx.min.js";
const HTMX_SHA256: &str = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130";

fn main() {
    for watched in [
        "assets/css",
        "assets/css-console",
        "assets/js/console",
        "assets/js/form",
        "assets/js/htmx",
        "assets/exercises",
        "assets/pictures",
        "manuals",
        "assets/img",
        "migrations",
        HTMX,
    ] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let mut files = vec![];
    for (bundle, folder) in [("app.css", "assets/css"), ("console.css", "assets/css-console")] {
        files.push((bundle.to_owned(), "text/css; charset=utf-8", joined(folder, "css")));
    }
    let htmx =
        fs::read(HTMX).unwrap_or_else(|_| panic!("{HTMX} is missing: run `make setup` (npm ci --prefix assets)"));
    assert_eq!(sha256(&htmx), HTMX_SHA256, "{HTMX} is not the locked htmx 4.0.1");
    files.push(("htmx.js".to_owned(), "text/javascript; charset=utf-8", htmx));
    for (bundle, folder) in [
        ("form.js", "assets/js/form"),
        ("htmx-extras.js", "assets/js/htmx"),
        ("console.js", "assets/js/console"),
    ] {
        files.push((
            bundle.to_owned(),
            "text/javascript; charset=utf-8",
            joined(folder, "js"),
        ));
    }
    for (folder, extension, mime) in [
        ("assets/img", "svg", "image/svg+xml"),
        ("assets/img", "ico", "image/x-icon"),
    ] {
        for path in listed(folder, extension) {
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            files.push((name, mime, fs::read(&path).expect("a listed file is readable")));
        }
    }
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut table = String::from("const FILES: &[File] = &[\n");
    for (name, mime, bytes) in files {
        let (stem, extension) = name.rsplit_once('.').expect("an asset has an extension");
        let hashed = format!("{stem}.{}.{extension}", &sha256(&bytes)[..10]);
        let path = Path::new(&out).join(&name);
        fs::write(&path, bytes).expect("OUT_DIR is writable");
        writeln!(
            table,
            "    File {{ name: {name:?}, path: \"/assets/{hashed}\", mime: {mime:?}, bytes: include_bytes!({path:?}) }},"
        )
        .expect("a String takes text");
    }
    table.push_str("];\n");
    fs::write(Path::new(&out).join("assets.rs"), table).expect("OUT_DIR is writable");
    texts(Path::new(&out), "exercises.rs", "assets/exercises");
    texts(Path::new(&out), "manuals.rs", "manuals");
    pictures(Path::new(&out));
}

/// Markdown by file name: the exercises of the training, the manuals.
fn texts(out: &Path, table_name: &str, folder: &str) {
    let mut table = String::from("const BUILT_IN: &[(&str, &str)] = &[\n");
    for path in listed(folder, "md") {
        let name = path.rsplit('/').next().unwrap_or_default();
        let path = Path::new(&path).canonicalize().expect("a listed file is there");
        writeln!(table, "    ({name:?}, include_str!({path:?})),").expect("a String takes text");
    }
    table.push_str("];\n");
    fs::write(out.join(table_name), table).expect("OUT_DIR is writable");
}

/// The pictures of the manuals: `pictures.tsv` has the name and the title of each, a PNG says its size itself.
fn pictures(out: &Path) {
    let list = fs::read_to_string("assets/pictures/pictures.tsv").unwrap_or_default();
    let mut table = String::from("const PICTURES: &[Picture] = &[\n");
    for line in list.lines() {
        let mut cells = line.split('\t');
        let (Some(name), Some(title)) = (cells.next(), cells.next()) else {
            continue;
        };
        let path = format!("assets/pictures/{name}.png");
        let png = fs::read(&path).unwrap_or_else(|e| panic!("{path} of pictures.tsv: {e}: run `make pictures`"));
        let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
        let (width, height) = (side(16), side(20));
        let path = Path::new(&path).canonicalize().expect("a file that was read is there");
        writeln!(
            table,
            "    Picture {{ name: {name:?}, title: {title:?}, width: {width}, height: {height}, png: include_bytes!({path:?}) }},"
        )
        .expect("a String takes text");
    }
    table.push_str("];\n");
    fs::write(out.join("pictures.rs"), table).expect("OUT_DIR is writable");
}

/// All files of a folder in the order of their names, so that a page asks for one instead of many.
fn joined(folder: &str, extension: &str) -> Vec<u8> {
    listed(folder, extension)
        .iter()
        .map(|path| fs::read_to_string(path).expect("a listed file is readable"))
        .map(|text| {
            text.lines()
                .map(str::trim)
                .filter(|l| !l.is_empty())
                .collect::<Vec<_>>()
                .join("\n")
        })
        .collect::<Vec<_>>()
        .join("\n")
        .into_bytes()
}

fn listed(folder: &str, extension: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return vec![];
    };
    let mut paths: Vec<String> = entries
        .filter_map(|e| e.ok()?.path().to_str().map(str::to_owned))
        .filter(|p| p.ends_with(&format!(".{extension}")))
        .collect();
    paths.sort();
    paths
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
