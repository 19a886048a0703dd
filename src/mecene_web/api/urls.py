"""API's addresses: providers', and the page where keys are made; programs' are ``open.api``'s."""

from django.urls import path

from mecene_web.api import views

app_name = "api"
urlpatterns = [
    path("keys/", views.keys, name="keys"),
    path("keys/<int:number>/revoke/", views.revoke, name="revoke"),
    path("providers/<slug:name>/", views.provider, name="provider"),
    path("deliveries/<int:number>/retry/", views.retry, name="retry"),
    path("hooks/<slug:name>/<str:place>/", views.hook, name="hook"),
]
