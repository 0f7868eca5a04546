package dev.rankine.lora.report;

/** A page of HTML that brings its style along and needs no network. */
final class Page {
    private final StringBuilder body = new StringBuilder();
    private final String title;

    Page(String title) {
        this.title = title;
    }

    /** @param html as it stands */
    Page add(String html) {
        body.append(html);
        return this;
    }

    /** Something under a heading; nothing, heading included, if it is empty. */
    Page section(String heading, String html) {
        return html.isEmpty() ? this : add("<h2>" + Svg.escape(heading) + "</h2>\n" + html);
    }

    Page paragraph(String text) {
        return add("<p class='muted'>" + Svg.escape(text) + "</p>\n");
    }

    String html(String footer) {
        String name = Svg.escape(title);
        return "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
                + "<meta name='viewport' content='width=device-width, initial-scale=1'>\n<title>" + name
                + "</title>\n<style>\n" + Style.PALETTE.css() + Style.CHART.css() + Style.PAGE.css()
                + "</style>\n</head>\n<body>\n<h1>" + name + "</h1>\n" + body + "<footer>" + Svg.escape(footer)
                + "</footer>\n</body>\n</html>\n";
    }
}
