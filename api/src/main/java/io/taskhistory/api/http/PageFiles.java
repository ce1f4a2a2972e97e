package io.taskhistory.api.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files of the page, read once from the class path below {@code /web/}. Only what was found there can be asked for,
 * so that no path, however it is written, leads anywhere else.
 */
final class PageFiles {

  private static final String ROOT = "/web/";
  private static final String INDEX = "index.html";
  private static final Map<String, String> TYPES = Map.of(
      "html", "text/html;charset=utf-8",
      "js", "text/javascript;charset=utf-8",
      "mjs", "text/javascript;charset=utf-8",
      "css", "text/css;charset=utf-8",
      "svg", "image/svg+xml",
      "png", "image/png",
      "ico", "image/x-icon",
      "json", "application/json",
      "woff2", "font/woff2",
      "txt", "text/plain;charset=utf-8");

  private final Map<String, Representation> files = new HashMap<>();

  /** Those of the class path; none where the page is not on it. */
  static PageFiles load() {
    PageFiles page = new PageFiles();
    URL root = PageFiles.class.getResource(ROOT + INDEX);
    if (root == null) {
      return page;
    }
    try {
      URI uri = root.toURI();
      if (uri.getScheme().equals("jar")) {
        try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
          page.read(jar.getPath(ROOT));
        }
      } else {
        page.read(Path.of(uri).resolveSibling(""));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the page's files", e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the page is at no address: " + root, e);
    }
    return page;
  }

  private void read(Path directory) throws IOException {
    List<Path> found;
    try (Stream<Path> walk = Files.walk(directory)) {
      found = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : found) {
      String name = directory.relativize(file).toString();
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
      if (type != null) {
        files.put("/" + name, new Representation(type, Files.readAllBytes(file)));
      }
    }
    Representation index = files.get("/" + INDEX);
    if (index != null) {
      files.put("/", index);
    }
  }

  Set<String> paths() {
    return files.keySet();
  }

  void serve(Context ctx) {
    Representation file = files.get(ctx.path());
    if (file == null) {
      throw new IllegalStateException("a route to no file");
    }
    file.answer(ctx);
  }
}
