"""Pictures on the pages of what they show."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminFileFieldWidget

from catalog.domain import MAX_IMAGES, ImageStatus, TooManyImages
from catalog.models import Image
from catalog.selectors import managed_image_body
from catalog.services import store_image
from catalog.services.image_files import have_removed_if_unused, usable_file
from core.backoffice.base import EditableInline, ShopAdmin
from core.errors import CongoCartError

_PREVIEW_WIDTH = 80


class ImageForm(forms.ModelForm):  # type: ignore[type-arg]
    """A picture; choosing another file replaces what it shows."""

    replaced: str | None = None

    upload = forms.FileField(
        label="File",
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/*"}),
        help_text="JPEG, PNG, WebP, AVIF or GIF.",
    )

    def clean_upload(self) -> Any:
        """Return the file, which was stored before the transaction of this form began."""
        upload = self.cleaned_data["upload"]
        if upload is None:
            if self.instance.file_id is None:
                raise forms.ValidationError("Choose a file.", code="required")
            return None
        if refusal := getattr(upload, "refusal", None):
            raise forms.ValidationError(refusal.detail, code=refusal.code)
        self.replaced, self.instance.file_id = self.instance.file_id, upload.digest
        return upload


class ImageFormSet(PaginationInlineFormSet):
    """The pictures of one thing."""

    def clean(self) -> None:
        """Refuse more than there can be."""
        super().clean()
        if len(self.forms) - len(self.deleted_forms) > MAX_IMAGES:
            raise forms.ValidationError(TooManyImages().detail)

    def save_new(self, form: Any, commit: bool = True) -> Image:
        """Save a picture, unless its file has just been deleted."""
        usable_file(form.instance.file_id)
        image: Image = super().save_new(form, commit=commit)
        return image

    def save_existing(self, form: Any, obj: Image, commit: bool = True) -> Image:
        """Save a picture; the files of what it showed before are deleted like those of one."""
        usable_file(form.instance.file_id)
        image: Image = super().save_existing(form, obj, commit=commit)
        if form.replaced:
            have_removed_if_unused(form.replaced)
        return image

    def delete_existing(self, obj: Image, commit: bool = True) -> None:
        """Delete a picture, and in the background its files if nothing else shows them."""
        super().delete_existing(obj, commit=commit)
        have_removed_if_unused(obj.file_id)


class ImageInline(EditableInline):
    """The pictures of a product, a variant or a category, in an order that is dragged."""

    model = Image
    form = ImageForm
    formset = ImageFormSet
    fields = ["preview", "upload", "alt", "position", "status"]
    readonly_fields = ["preview", "status"]
    reader_columns = {"upload": "file"}
    ordering_field = "position"
    hide_ordering_field = True
    hide_title = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("file")

    @display(description="Picture")
    def preview(self, image: Image) -> SafeString | str:
        """Return the picture at its smallest."""
        sizes = [] if image._state.adding else managed_image_body(image)["sizes"]  # noqa: SLF001 - documented
        if not sizes:
            return "–"
        return format_html(
            '<img src="{}" alt="{}" width="{}">', sizes[0]["url"], image.alt, _PREVIEW_WIDTH
        )

    @display(description="Status")
    def status(self, image: Image) -> str:
        """Return whether the picture is shown, or why not."""
        if image._state.adding:  # noqa: SLF001 - Django's documented API
            return "–"
        label = ImageStatus(image.file.status).label
        return f"{label}: {image.file.error}" if image.file.error else label


class WithImages(ShopAdmin):
    """A page with pictures. Their files are stored before its transaction begins."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Store what was sent, and leave it to the forms what to do with what was refused."""
        may = self.has_change_permission if object_id else self.has_add_permission
        if request.method == "POST" and may(request):
            uploads: list[Any] = [*request.FILES.values()]
            for upload in uploads:
                try:
                    upload.digest = store_image(upload.file, now=timezone.now())
                except CongoCartError as refusal:
                    upload.refusal = refusal
        response: HttpResponse = super().changeform_view(
            request, object_id, form_url, extra_context
        )
        return response
