"use strict";

const target = document.getElementById("reference");

Redoc.init(target.dataset.schema, { hideDownloadButton: true, nativeScrollbars: true }, target);
