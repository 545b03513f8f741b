"use strict";

const target = document.getElementById("reference");

SwaggerUIBundle({
  url: target.dataset.schema,
  domNode: target,
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
});
