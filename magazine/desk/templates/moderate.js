(function () {
  // by the place of the key, so that it is the same one on a Russian and a Kyrgyz keyboard
  addEventListener("keydown", function (event) {
    var at = event.target, item = document.getElementById("item");
    if (!item || !item.contains(at) || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !/^Key/.test(event.code)) return;
    var button = document.querySelector("[data-key=" + event.code.slice(3).toLowerCase() + "]");
    if (!button) return;
    event.preventDefault();
    button.focus();
    if (!/^(INPUT|TEXTAREA)$/.test(button.tagName)) button.click();
  });
  addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
})();
