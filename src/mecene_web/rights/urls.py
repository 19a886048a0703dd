"""Rights' addresses."""

from django.urls import path

from mecene_web.rights import views

app_name = "rights"
urlpatterns = [
    path("", views.everything, name="all"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/close/", views.close, name="close"),
    path("asked/<int:number>/answered/", views.answered, name="answered"),
    path("donor/<int:number>/", views.consent, name="consent"),
    path("donor/<int:number>/record/", views.record, name="record"),
    path("donor/<int:number>/silence/", views.silence, name="silence"),
    path("donor/<int:number>/export/", views.export, name="export"),
    path("donor/<int:number>/erase/", views.erase, name="erase"),
    path("marks/<int:number>/lift/", views.lift, name="lift"),
    path("retention/", views.retention, name="retention"),
    path("retention/<str:name>/", views.confirm, name="confirm"),
    path("archive/", views.archives, name="archives"),
    path("archive/<int:number>/", views.archive, name="archive"),
]
