/* Mécène: pages seen, as far as the visitor agreed. On every page of the site:
     <script src="https://…/collect.js" defer></script>
   mecene.consent(true)              they agree to be known: a cookie of this site, for 6 months
   mecene.consent(false)             they do not (any more): the cookie goes, and what it named
   mecene.known({email: "…"})        who they are, e.g. after a donation
   mecene.known({token: "…"})        the same, from a link we sent them
   mecene.tell("form_started")       or "form_abandoned"
   mecene.tell("form_abandoned", {resume: "https://…"})   and the page of this site to go on at
   Nothing is sent for a browser that asks not to be followed (Global Privacy Control, DNT). */
(function () {
  "use strict";
  var place = new URL("collect", document.currentScript.src).href;
  var name = "mecene_visitor";
  var refuses = navigator.globalPrivacyControl === true ||
    navigator.doNotTrack === "1" || window.doNotTrack === "1";

  function held() {
    var found = document.cookie.match(/(?:^|; )mecene_visitor=([A-Za-z0-9_-]{16,64})/);
    return found ? found[1] : null;
  }
  function drawn() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.prototype.map.call(bytes, function (each) {
      return ("0" + each.toString(16)).slice(-2);
    }).join("");
  }
  function write(value, seconds) {
    document.cookie = name + "=" + value + "; Max-Age=" + seconds + "; Path=/; SameSite=Lax" +
      (location.protocol === "https:" ? "; Secure" : "");
  }
  function device() {
    if (/iPad|Tablet/i.test(navigator.userAgent)) { return "tablet"; }
    return /Mobi/i.test(navigator.userAgent) ? "phone" : "computer";
  }
  function send(told) {
    if (refuses) { return; }
    told.id = drawn();
    told.page = location.href.split("#")[0];
    told.device = device();
    told.visitor = told.visitor || held();
    if (told.kind !== "consent") { told.consent = told.visitor !== null; }
    var text = JSON.stringify(told);
    if (!(navigator.sendBeacon && navigator.sendBeacon(place, text))) {
      fetch(place, { method: "POST", body: text, keepalive: true, credentials: "omit" });
    }
  }

  window.mecene = {
    consent: function (agreed) {
      if (refuses) { return; }
      var visitor = held();
      if (agreed && !visitor) {
        write(drawn(), 15552000);
        send({ kind: "page_view" });
      }
      if (!agreed && visitor) {
        write("", 0);
        send({ kind: "consent", consent: false, visitor: visitor });
      }
    },
    known: function (who) {
      if (held()) { send({ kind: "known", email: who.email || null, token: who.token || null }); }
    },
    tell: function (kind, more) {
      send({ kind: kind, resume: (more && more.resume) || null });
    }
  };
  send({ kind: "page_view" });
}());
