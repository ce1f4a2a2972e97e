package io.taskhistory.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom. */
@AnalyzeClasses(packages = "io.taskhistory", importOptions = ArchitectureTest.OnlyMain.class)
class ArchitectureTest {

  /** Leaves tests out, also those of other modules, which come in jars of their own. */
  static final class OnlyMain implements ImportOption {

    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule LANGUAGE_KNOWS_NOTHING_OF_OURS = noClasses().that().resideInAPackage("io.taskhistory.history..")
      .should().dependOnClassesThat().resideInAnyPackage(
          "io.taskhistory.store..", "io.taskhistory.collector..", "io.taskhistory.api..");

  @ArchTest
  static final ArchRule PORTS_KNOW_THE_LANGUAGE_ALONE = classes().that().resideInAPackage("io.taskhistory.store")
      .should().onlyDependOnClassesThat().resideInAnyPackage(
          "io.taskhistory.history", "io.taskhistory.store", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule STORE_KNOWS_NO_COLLECTOR = noClasses().that().resideInAPackage("io.taskhistory.store..")
      .should().dependOnClassesThat().resideInAnyPackage("io.taskhistory.collector..", "io.taskhistory.api..");

  @ArchTest
  static final ArchRule COLLECTOR_KNOWS_NO_API_AND_NO_STORE_BUT_THE_PORTS =
      noClasses().that().resideInAPackage("io.taskhistory.collector..")
          .should().dependOnClassesThat().resideInAnyPackage(
              "io.taskhistory.api..", "io.taskhistory.store.memory..", "io.taskhistory.store.rocksdb..");

  @ArchTest
  static final ArchRule ROCKSDB_IN_ONE_PLACE = noClasses().that()
      .resideOutsideOfPackage("io.taskhistory.store.rocksdb..")
      .should().dependOnClassesThat().resideInAPackage("org.rocksdb..");

  @ArchTest
  static final ArchRule NATIVE_CALLS_IN_ONE_PLACE = noClasses().that()
      .resideOutsideOfPackage("io.taskhistory.collector.linux..")
      .should().dependOnClassesThat().resideInAnyPackage("jnr..", "com.kenai.jffi..");

  @ArchTest
  static final ArchRule HTTP_SERVER_IN_ONE_PLACE = noClasses().that()
      .resideOutsideOfPackage("io.taskhistory.api.http..")
      .should().dependOnClassesThat().resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..");

  @ArchTest
  static final ArchRule COMMAND_LINE_IN_ONE_PLACE = noClasses().that()
      .resideOutsideOfPackage("io.taskhistory.api.cli..")
      .should().dependOnClassesThat().resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule STORES_ARE_CHOSEN_IN_ONE_PLACE = noClasses().that()
      .resideOutsideOfPackages("io.taskhistory.store..")
      .and().doNotHaveFullyQualifiedName("io.taskhistory.api.service.Stores")
      .should().dependOnClassesThat().resideInAnyPackage(
          "io.taskhistory.store.rocksdb..", "io.taskhistory.store.memory..");

  @ArchTest
  static final ArchRule NO_CYCLES = slices().matching("io.taskhistory.(**)").should().beFreeOfCycles();
}
