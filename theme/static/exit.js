// Leave at once: cover the page, then take its place in the history. Without script the link is a plain link.
(function (d, l) {
var a = d.getElementById("exit"), s = d.documentElement.style;
a.onclick = function (e) {
e.preventDefault();
s.visibility = "hidden";
d.title = "\u2026";
l.replace(a.href);
};
addEventListener("pageshow", function (e) {
if (e.persisted) { s.visibility = ""; }
});
})(document, location);
