package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageFilesTest {

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  @Test
  void page_isOpenToAnybody() {
    HttpResponse<String> page = host.send(host.request("/"));
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
    assertThat(page.body()).isEqualTo(host.send(host.request("/index.html")).body());
  }

  @Test
  void everyFile_hasItsType() {
    assertThat(PageFiles.load().paths()).contains("/", "/index.html").allSatisfy(path -> {
      HttpResponse<String> file = host.send(host.request(path));
      assertThat(file.statusCode()).isEqualTo(200);
      if (path.endsWith(".js")) {
        assertThat(file.headers().firstValue("Content-Type")).contains("text/javascript;charset=utf-8");
      }
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "/..%2fio/taskhistory/api/version.txt", "/web/index.html", "/index.html/", "//index.html", "/INDEX.HTML",
      "/io/taskhistory/api/version.txt", "/%2e%2e/", "/index.html%00", "/logback.xml"})
  void path_thatIsNoFileOfThePage_leadsNowhere(String path) {
    assertThat(host.send(host.request(path)).statusCode()).isIn(400, 401, 404);
  }
}
