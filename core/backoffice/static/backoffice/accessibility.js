// What the theme leaves out for screen readers and the keyboard: names of fields and icons, buttons
// that are not for the mouse alone, and a focus that goes into a dialog, stays there, and comes back.

const HOME = "/admin/";
const FOCUSABLE = "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, [tabindex='0']";
const MOUSE_ONLY = ["a:not([href])", ".cursor-pointer", ".material-symbols-outlined", ".text-icon-action"]
    .map((kind) => `${kind}[x-on\\:click]:not(button, [href], [role])`).join();
const ICONS = {
    close: "Close", dock_to_right: "Menu", more_horiz: "More actions", more_vert: "More actions",
    visibility: "Show the password",
};

function wordsOf(control) {
    const copy = control.cloneNode(true);
    for (const icon of copy.querySelectorAll(".material-symbols-outlined")) icon.remove();
    return copy.textContent.trim();
}

function makeButtons(root) {
    for (const control of root.querySelectorAll(MOUSE_ONLY)) {
        control.role = "button";
        control.tabIndex = 0;
    }
}

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
        const control = icon.closest("a, button, [role=button]");
        if (control !== icon) icon.ariaHidden = "true";
        if (control && !control.ariaLabel && (control === icon || !wordsOf(control))) {
            const home = control.getAttribute("href") === HOME;
            const name = icon.textContent.trim();
            control.ariaLabel = control.title || (home ? "Home" : ICONS[name] ?? name.replaceAll("_", " "));
        }
    }
    root.querySelectorAll(".simplebar-content-wrapper").forEach((region, index) => {
        region.ariaLabel = `Scrollable part ${index + 1}`;
    });
}

function keepFocusIn(dialog, name) {
    dialog.role = "dialog";
    dialog.ariaModal = "true";
    dialog.ariaLabel = name;
    let opener = null;
    new MutationObserver(() => {
        const open = dialog.offsetParent !== null || dialog.getClientRects().length > 0;
        if (open && !opener) {
            opener = document.activeElement;
            const field = dialog.querySelector("#dialog-form input:not([type=hidden])");
            (field ?? dialog.querySelector(FOCUSABLE))?.focus();
        } else if (!open && opener) {
            opener.focus();
            opener = null;
        }
    }).observe(dialog.parentElement, {attributes: true, childList: true, subtree: true});
    dialog.addEventListener("keydown", (event) => {
        if (event.key !== "Tab") return;
        const inside = [...dialog.querySelectorAll(FOCUSABLE)].filter(
            (control) => control.checkVisibility() && control.tabIndex >= 0,
        );
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
document.addEventListener("keydown", (event) => {
    if (!event.target.matches("[role=button][x-on\\:click]")) return;
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.target.click();
});

document.addEventListener("DOMContentLoaded", () => {
    const menu = document.getElementById("nav-sidebar-inner");
    if (menu) menu.ariaLabel = "Menu";
    makeButtons(document);
    nameFields(document);
    new MutationObserver((changes) => {
        for (const change of changes) {
            if (!change.addedNodes.length) continue;
            makeButtons(change.target);
            nameFields(change.target);
        }
    }).observe(document.body, {childList: true, subtree: true});
    const search = document.getElementById("search-input-command");
    if (search) leadToTheFirst(search);
    const dialog = document.getElementById("modal-content");
    if (dialog) keepFocusIn(dialog, "Dialog");
    const filters = document.getElementById("changelist-filter");
    if (filters) {
        keepFocusIn(filters, "Filters");
        filters.addEventListener("keydown", (event) => {
            if (event.key === "Escape") document.getElementById("changelist-filter-close").click();
        });
    }
});
