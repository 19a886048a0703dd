"""Messages' addresses: templates, campaigns, what is unknown; and the donors' own, short."""

from django.urls import path

from mecene_web.messages import (
    views,
    views_of_campaigns,
    views_of_donors,
    views_of_letters,
    views_of_reports,
)

app_name = "messages"
urlpatterns = [
    path("", views.every, name="all"),
    path("new/", views.new, name="new"),
    path("<int:template_id>/write/", views.editor, name="write"),
    path("<int:template_id>/content/", views.typed, name="typed"),
    path("<int:template_id>/archive/", views.archived, name="archive"),
    path("versions/<int:version_id>/publish/", views.published, name="publish"),
    path("parts/<int:part_id>/", views.change, name="change"),
    path("parts/<int:part_id>/preview/", views.preview, name="preview"),
    path("parts/<int:part_id>/reading/", views.reading, name="reading"),
    path("parts/<int:part_id>/variant/", views.variant, name="variant"),
    path("parts/<int:part_id>/try/", views.attempt, name="try"),
    path("campaigns/new/", views_of_campaigns.new, name="new_campaign"),
    path("campaigns/<int:campaign_id>/", views_of_campaigns.one, name="campaign"),
    path("campaigns/<int:campaign_id>/agree/", views_of_campaigns.agree, name="agree"),
    path("campaigns/<int:campaign_id>/stop/", views_of_campaigns.stop, name="stop"),
    path("campaigns/<int:campaign_id>/resume/", views_of_campaigns.resume, name="resume"),
    path("unknown/", views_of_campaigns.unknown, name="unknown"),
    path("why/<int:donor_id>/", views_of_campaigns.why, name="why"),
    path("halts/<int:halt_id>/lift/", views_of_campaigns.lift, name="lift"),
    path("letters/", views_of_letters.every, name="letters"),
    path("letters/print/", views_of_letters.make, name="print"),
    path("letters/returned/", views_of_letters.returned, name="returned"),
    path("letters/seeds/", views_of_letters.seed, name="seed"),
    path("letters/<int:letters_id>/<str:name>/", views_of_letters.file, name="letters_file"),
    path("rules/", views_of_campaigns.rules, name="rules"),
    path("u/<str:token>/", views_of_donors.leave, name="leave"),
    path("r/<str:token>/", views_of_reports.report, name="report"),
    path("c/<str:token>/", views_of_donors.follow, name="follow"),
]
