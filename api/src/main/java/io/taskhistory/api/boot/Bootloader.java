package io.taskhistory.api.boot;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a host keeps its kernel's command line.
 *
 * @param name the loader's
 * @param file the file to change
 * @param steps what to do, in order, each a sentence without an end
 */
record Bootloader(String name, String file, List<String> steps) {

  Bootloader {
    steps = List.copyOf(steps);
  }

  /** Those whose files are there, the likeliest first. */
  static List<Bootloader> of(HostFiles files, String release) {
    List<Bootloader> found = new ArrayList<>();
    grub(files, found);
    systemdBoot(files, release, found);
    extlinux(files, found);
    raspberryPi(files, found);
    uBoot(files, found);
    return List.copyOf(found);
  }

  private static void grub(HostFiles files, List<Bootloader> found) {
    String settings = "/etc/default/grub";
    if (!files.has(settings)) {
      return;
    }
    if (files.has("/usr/sbin/grubby") || files.has("/usr/bin/grubby")) {
      found.add(new Bootloader("GRUB", settings, List.of("run grubby --update-kernel=ALL --args=\"PARAMETERS\"")));
      return;
    }
    String apply = files.has("/usr/sbin/update-grub") ? "update-grub"
        : files.has("/boot/grub2") ? "grub2-mkconfig -o /boot/grub2/grub.cfg" : "grub-mkconfig -o /boot/grub/grub.cfg";
    found.add(new Bootloader("GRUB", settings,
        List.of("add them to GRUB_CMDLINE_LINUX=\"…\"", "run " + apply)));
  }

  private static void systemdBoot(HostFiles files, String release, List<Bootloader> found) {
    String line = "/etc/kernel/cmdline";
    if (files.has(line)) {
      found.add(new Bootloader("systemd-boot, or a unified kernel image", line,
          List.of("add them to its line", "run kernel-install add " + release + " /lib/modules/" + release
              + "/vmlinuz, or install the kernel's package again")));
      return;
    }
    for (String directory : new String[] {"/boot", "/efi", "/boot/efi"}) {
      String entries = directory + "/loader/entries";
      // GRUB reads such entries too, and has been found then.
      if (files.has(entries) && found.isEmpty()) {
        found.add(new Bootloader("systemd-boot", entries,
            List.of("add them to the line \"options\" of each *.conf there")));
        return;
      }
    }
  }

  private static void extlinux(HostFiles files, List<Bootloader> found) {
    String settings = "/etc/default/u-boot";
    if (files.has(settings)) {
      found.add(new Bootloader("U-Boot with a menu", settings,
          List.of("add them to U_BOOT_PARAMETERS=\"…\"", "run u-boot-update")));
      return;
    }
    for (String file : new String[] {
        "/boot/extlinux/extlinux.conf", "/boot/extlinux.conf", "/boot/syslinux/syslinux.cfg"}) {
      if (files.has(file)) {
        found.add(new Bootloader("extlinux", file, List.of("add them to each line APPEND")));
        return;
      }
    }
  }

  private static void raspberryPi(HostFiles files, List<Bootloader> found) {
    for (String directory : new String[] {"/boot/firmware", "/boot"}) {
      if (files.has(directory + "/cmdline.txt") && files.has(directory + "/config.txt")) {
        found.add(new Bootloader("Raspberry Pi", directory + "/cmdline.txt",
            List.of("add them to its only line, which has to stay one line")));
        return;
      }
    }
  }

  private static void uBoot(HostFiles files, List<Bootloader> found) {
    if (files.has("/boot/armbianEnv.txt")) {
      found.add(new Bootloader("U-Boot", "/boot/armbianEnv.txt", List.of("add them to the line extraargs=")));
    } else if (files.has("/boot/uEnv.txt")) {
      found.add(new Bootloader("U-Boot", "/boot/uEnv.txt",
          List.of("add them to the variable that becomes bootargs, such as cmdline= or optargs=")));
    } else if (files.has("/boot/boot.scr") && found.isEmpty()) {
      found.add(new Bootloader("U-Boot", "/boot/boot.scr",
          List.of("add them to bootargs where this script is made from (boot.cmd), and make it again with mkimage")));
    }
  }
}
