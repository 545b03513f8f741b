// What the theme leaves out for screen readers and the keyboard: names of fields and icons, and a
// focus that goes into a dialog, stays there, and comes back.

const HOME = "/admin/";
const FOCUSABLE = "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea";

function nameFields(root) {
    // A field in a table is named by the header of its column.
    for (const field of root.querySelectorAll("td input:not([type=hidden]), td select, td textarea")) {
        if (field.labels?.length || field.ariaLabel) continue;
        const cell = field.closest("td");
        const header = cell.closest("table")?.querySelectorAll("thead th")[cell.cellIndex];
        const name = cell.dataset.label || header?.textContent.trim();
        if (name) field.ariaLabel = name;
    }
    // Select2 puts a list of its own in the place of a select, and leaves the name behind.
    const boxes = ".select2-selection, .select2-selection__rendered, .select2-search__field";
    for (const box of root.querySelectorAll(boxes)) {
        const select = box.closest(".select2-container")?.previousElementSibling;
        const name = select?.labels?.[0]?.textContent.trim() || select?.ariaLabel || select?.name;
        if (name && !box.ariaLabel) {
            box.ariaLabel = name;
            box.removeAttribute("aria-labelledby");
        }
    }
    // The names of icons are their letters, and would be read aloud.
    for (const icon of root.querySelectorAll(".material-symbols-outlined")) {
        icon.ariaHidden = "true";
        const control = icon.closest("a, button");
        const words = control?.textContent.replace(icon.textContent, "").trim();
        if (control && !words && !control.ariaLabel) {
            const home = control.getAttribute("href") === HOME;
            control.ariaLabel = control.title || (home ? "Home" : icon.textContent.trim().replaceAll("_", " "));
        }
    }
    root.querySelectorAll(".simplebar-content-wrapper").forEach((region, index) => {
        region.ariaLabel = `Scrollable part ${index + 1}`;
    });
}

function keepFocusIn(dialog) {
    let opener = null;
    new MutationObserver(() => {
        const open = dialog.offsetParent !== null || dialog.getClientRects().length > 0;
        if (open && !opener) {
            opener = document.activeElement;
            dialog.querySelector("#dialog-form input:not([type=hidden]), button")?.focus();
        } else if (!open && opener) {
            opener.focus();
            opener = null;
        }
    }).observe(dialog.parentElement, {attributes: true, childList: true, subtree: true});
    dialog.addEventListener("keydown", (event) => {
        if (event.key !== "Tab") return;
        const inside = [...dialog.querySelectorAll(FOCUSABLE)];
        const last = inside.at(event.shiftKey ? 0 : -1);
        if (document.activeElement === last) {
            event.preventDefault();
            inside.at(event.shiftKey ? -1 : 0)?.focus();
        }
    });
}

// The search: Enter opens the first result, and does nothing while there is none.
function leadToTheFirst(search) {
    search.placeholder = search.ariaLabel = "Search orders, variants, products and people";
    document.addEventListener("htmx:afterSettle", (event) => {
        if (event.target.id !== "command-results") return;
        search.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown"}));
    });
    search.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || document.querySelector("#command-results-list li")) return;
        event.preventDefault();
        event.stopImmediatePropagation();
    }, {capture: true});
}

document.addEventListener("DOMContentLoaded", () => {
    nameFields(document);
    new MutationObserver((changes) => {
        for (const change of changes) {
            if (change.addedNodes.length) nameFields(change.target);
        }
    }).observe(document.body, {childList: true, subtree: true});
    const search = document.getElementById("search-input-command");
    if (search) leadToTheFirst(search);
    const dialog = document.getElementById("modal-content");
    if (dialog) {
        dialog.role = "dialog";
        dialog.ariaModal = "true";
        dialog.ariaLabel = "Dialog";
        keepFocusIn(dialog);
    }
});
