package io.taskhistory.collector.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.collector.linux.NativeFiles.Resolve;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeTest {

  private final NativeFiles files = new NativeFiles(64);

  @TempDir
  private Path directory;

  @Test
  void open_ofNothing_answersItsErrorNumber() {
    assertThat(files.open(CString.of("/nonexistent"))).isEqualTo(-Errno.ENOENT.intValue());
    assertThat(files.read(-1, 0)).isEqualTo(-Errno.EBADF.intValue());
    assertThat(files.readLink(-1, CString.of("/proc/1"))).isEqualTo(-Errno.EINVAL.intValue());
    assertThat(files.identify(-1)).isNull();
  }

  @Test
  void read_ofFile_fillsTheBufferFromTheOffset() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "0123456789".repeat(10));
    int fd = files.open(CString.of(file.toString()));
    assertThat(files.read(fd, 0)).isEqualTo(64);
    assertThat(files.read(fd, 95)).isEqualTo(5);
    assertThat(new String(files.copy(5), StandardCharsets.US_ASCII)).isEqualTo("56789");
    assertThat(files.read(fd, 3, 2)).isEqualTo(2);
    NativeFiles.close(fd);
    assertThat(files.read(fd, 0)).isEqualTo(-Errno.EBADF.intValue());
  }

  @Test
  void identify_ofTwoNames_isOneFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");
    Files.createLink(directory.resolve("link"), file);
    int a = files.open(CString.of(file.toString()));
    int b = files.open(CString.of(directory.resolve("link").toString()));
    NativeFiles.Identity identity = Objects.requireNonNull(files.identify(a));
    assertThat(identity.isSameFile(Objects.requireNonNull(files.identify(b)))).isTrue();
    assertThat(identity.links()).isEqualTo(2);
    assertThat(identity.isRegular()).isTrue();
    assertThat(identity.inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
    NativeFiles.close(a);
    NativeFiles.close(b);
  }

  @Test
  void nameAt_withHostileLinks_staysWhereItMust() throws IOException {
    Files.writeString(directory.resolve("hostname"), "inside");
    Files.createSymbolicLink(directory.resolve("out"), Path.of("/hostname"));
    Files.createSymbolicLink(directory.resolve("up"), Path.of("../../../../../../hostname"));
    Files.createSymbolicLink(directory.resolve("magic"), Path.of("/proc/self/exe"));
    int root = files.open(CString.of(directory.toString()));
    int inside = files.nameAt(root, CString.of("hostname"), Resolve.FREELY);
    for (String name : new String[] {"out", "up", "/hostname", "../../hostname"}) {
      int found = files.nameAt(root, CString.of(name), Resolve.IN_ROOT);
      assertThat(Objects.requireNonNull(files.identify(found))
          .isSameFile(Objects.requireNonNull(files.identify(inside)))).as(name).isTrue();
      NativeFiles.close(found);
      assertThat(files.nameAt(root, CString.of(name), Resolve.BENEATH)).as(name).isEqualTo(-Errno.EXDEV.intValue());
    }
    assertThat(files.nameAt(root, CString.of("magic"), Resolve.FREELY)).isEqualTo(-Errno.ELOOP.intValue());
    NativeFiles.close(inside);
    NativeFiles.close(root);
  }

  @Test
  void number_ofAnySize_isDecimal() {
    for (int number : new int[] {0, 9, 10, 4194304, Integer.MAX_VALUE}) {
      assertThat(files.open(new CString(32).ascii("/proc/nothing/").number(number))).isNegative();
      CString path = new CString(64).ascii(directory.toString()).ascii("/").number(number);
      assertThat(directory.resolve(Integer.toString(number)).toFile().mkdir()).isTrue();
      int fd = files.open(path);
      assertThat(fd).isNotNegative();
      NativeFiles.close(fd);
    }
  }

  @Test
  void append_beyondTheRoom_isRefused() {
    assertThatThrownBy(() -> new CString(3).append(new byte[5], 0, 5)).isInstanceOf(BufferOverflowException.class);
  }

  @Test
  void exception_ofAFailedCall_saysWhatAndWhy() {
    NetlinkSocket socket = new NetlinkSocket(1);
    assertThatThrownBy(() -> socket.open(31, 1, 1000)).isInstanceOfSatisfying(LinuxException.class, e -> {
      assertThat(e.call()).isEqualTo("socket(AF_NETLINK)");
      assertThat(e.is("EPROTONOSUPPORT")).isTrue();
      assertThat(e.errno()).isEqualTo(Errno.EPROTONOSUPPORT.intValue());
      assertThat(e).hasMessageContaining("EPROTONOSUPPORT").hasMessageContaining("this kernel lacks it");
    });
  }
}
