package io.taskhistory.api.openapi;

import static io.taskhistory.api.ask.Refusal.Kind.AMBIGUOUS_TIME;
import static io.taskhistory.api.ask.Refusal.Kind.BUSY;
import static io.taskhistory.api.ask.Refusal.Kind.HISTORY_TOO_LONG;
import static io.taskhistory.api.ask.Refusal.Kind.NOT_ACCEPTABLE;
import static io.taskhistory.api.ask.Refusal.Kind.NOT_READY;
import static io.taskhistory.api.ask.Refusal.Kind.NO_SUCH_BOOT;
import static io.taskhistory.api.ask.Refusal.Kind.NO_SUCH_TASK;
import static io.taskhistory.api.ask.Refusal.Kind.STORE_FAILED;
import static io.taskhistory.api.ask.Refusal.Kind.TOO_MANY_STREAMS;
import static io.taskhistory.api.ask.Refusal.Kind.TOO_MANY_TASKS;
import static io.taskhistory.api.ask.Refusal.Kind.UNSUPPORTED_MEDIA;

import io.taskhistory.api.view.ChildView;
import io.taskhistory.api.view.EventView;
import io.taskhistory.api.view.ExecView;
import io.taskhistory.api.view.LineageQuestionView;
import io.taskhistory.api.view.LineageView;
import io.taskhistory.api.view.Page;
import io.taskhistory.api.view.StatusView;
import io.taskhistory.api.view.TaskView;
import io.taskhistory.api.view.TreeNodeView;
import java.util.List;

/** All calls that can be made, in one place; whoever adds one says here what it takes and gives. */
public final class Endpoints {

  private static final String API = "/api/v1";
  private static final int MOST_SIZE = 1000;
  private static final int SIZE = 100;

  private static final Param TID = Param.text("tid", 64, "3787",
      "A tid of the host, or a task id as answers give it.").in(Param.Place.PATH);
  private static final Param AT = Param.text("at", 64, "2023-08-11T10:45:50Z",
      "The time that is meant, now without it: RFC 3339, seconds since 1970 with at most nine digits of fraction"
          + " (1691750738.271), or mono:SECONDS.FRACTION on the monotonic clock of a boot.");
  private static final Param BOOT = Param.text("boot", 36, "bbbbbbbb",
      "The boot that the time is in: its id, or as much of the start as tells it from others. Without it, the present"
          + " one for mono:, and whichever a time of the wall clock falls into.");
  private static final Param STYLE = Param.word("style", List.of("kernel", "names", "domain"),
      "How a history is written; kernel without it.");
  private static final Param LIMIT = Param.number("limit", 0, Integer.MAX_VALUE,
      "The most bytes of a history, of which the oldest items are left out: at least 256, or 0 for no limit. 1024"
          + " without it in the style kernel, 0 in the others.");
  private static final Param CURSOR = Param.text("cursor", 128, "",
      "Where to go on: what the page before gave as next. An empty one is none.");

  private static final Param LINEAGE = Param.text("lineage", 2048, "sshd=>bash=>*",
      "What the history that ends in the exec looks like, oldest first: names, or paths where they begin with a slash; *"
          + " is any one exec, ** any number of them. It may begin anywhere in the history.");

  private static final Endpoint TASK = Endpoint.get("getTask", API + "/tasks/{tid}")
      .says("A task and how it came to be",
          "The task that held the tid at the time; without a time the live holder, else the last one.")
      .takes(TID, AT, BOOT)
      .refuses(NO_SUCH_TASK, NO_SUCH_BOOT, AMBIGUOUS_TIME, HISTORY_TOO_LONG, BUSY, STORE_FAILED, NOT_ACCEPTABLE)
      .gives(Answer.json(TaskView.class, "The task.", "getTask.json"));

  private static final Endpoint HISTORY = Endpoint.get("getHistory", API + "/tasks/{tid}/history")
      .says("A task's history as one line", "In the style that is asked for, without an end of line.")
      .takes(TID, AT, BOOT, STYLE, LIMIT)
      .refuses(NO_SUCH_TASK, NO_SUCH_BOOT, AMBIGUOUS_TIME, HISTORY_TOO_LONG, STORE_FAILED, NOT_ACCEPTABLE)
      .gives(Answer.text("text/plain", "The history.", "getHistory.txt"));

  private static final Endpoint CHILDREN = Endpoint.get("getChildren", API + "/tasks/{tid}/children")
      .says("The tasks that a task created", "Live and ended ones, by start and then tid; with at, those that it had"
          + " created by then.")
      .takes(TID, AT, BOOT, Param.number("size", 1, MOST_SIZE, "How many to a page, at most.").otherwise(SIZE), CURSOR)
      .refuses(NO_SUCH_TASK, NO_SUCH_BOOT, AMBIGUOUS_TIME, STORE_FAILED, NOT_ACCEPTABLE)
      .gives(Answer.page(Page.class, ChildView.class, "A page of them.", "getChildren.json"));

  private static final Endpoint TREE = Endpoint.get("getTree", API + "/tree")
      .says("The tree of processes", "In preorder: below each its children by start. Without a time those that live. With"
          + " at those that lived then, with from and to those that lived at some time in between; one boot at a time,"
          + " and at most 50,000. A process stands below its creator while that lives (lived then), else below its"
          + " reaper; with from and to below its creator alone. Later pages of a live tree, asked for with the same root"
          + " and depth, are of the tree that the first one was of, which is remembered for five minutes and as long as"
          + " not too many others are read: without those who came since, and who ended since has the state ended. One"
          + " that is forgotten has to be begun anew.")
      .takes(AT, BOOT, Param.text("from", 64, "2023-08-11T10:45:00Z", "The first time that is meant, written as at;"
              + " the start of the boot without it."),
          Param.text("to", 64, "2023-08-11T10:46:00Z", "The last time that is meant, included; now without it."),
          Param.text("root", 64, "3767", "A tid or task id: only it and what stands below it."),
          Param.number("depth", 0, Integer.MAX_VALUE, "How far below the root; all without it.")
              .otherwise(Integer.MAX_VALUE),
          Param.number("size", 1, 10_000, "How many to a page, at most.").otherwise(1000), CURSOR)
      .refuses(NO_SUCH_TASK, NO_SUCH_BOOT, AMBIGUOUS_TIME, TOO_MANY_TASKS, BUSY, STORE_FAILED, NOT_ACCEPTABLE)
      .gives(Answer.page(Page.class, TreeNodeView.class, "A page of it.", "getTree.json"));

  private static final Endpoint LINEAGES = Endpoint.post("postLineages", API + "/lineages")
      .says("Many histories at once", "A question a line, answered in order while they come in. Whoever sends much"
          + " reads the answers at the same time. A line of at most 64 KiB; a bad one is answered by an error in its"
          + " place, blank ones are left out.")
      .takes(STYLE, LIMIT).reads(new Request("application/x-ndjson", LineageQuestionView.class,
          "One question a line.", "postLineages.request.ndjson"))
      .refuses(BUSY, NOT_ACCEPTABLE, UNSUPPORTED_MEDIA, STORE_FAILED)
      .gives(new Answer("application/x-ndjson", LineageView.class, List.of(), "One answer a line.",
          "postLineages.ndjson"));

  private static final Endpoint ENRICH = Endpoint.post("postAuditLog", API + "/enrich/audit")
      .says("Histories for an audit log", "The same bytes come back, with a record of type 1340 for each event whose"
          + " process is known. Streamed, of any length; whoever sends much reads at the same time.")
      .takes(Param.flag("all", "Whether events without SYSCALL get a history too, by the first pid in them."), LIMIT,
          Param.flag("summary", "Whether a last line, #taskhistory and a JSON object, says how many there were."))
      .reads(new Request("text/plain", null, "An audit log of this machine.", "postAuditLog.request.txt"))
      .refuses(BUSY, NOT_ACCEPTABLE, UNSUPPORTED_MEDIA, STORE_FAILED)
      .gives(Answer.text("text/plain", "The log with histories.", "postAuditLog.txt"));

  private static final Endpoint SEARCH = Endpoint.get("search", API + "/search")
      .says("Past execs", "Oldest first. A page can be short, even empty, and still have a next: it is returned when"
          + " so many execs have been looked at.")
      .takes(Param.text("comm", 64, "sshd", "The name of the exec, with escapes as in the kernel style."),
          Param.text("exe", 4096, "/usr/sbin/sshd",
              "The running image or the program that exec was asked for, with escapes as in the kernel style."),
          LINEAGE, Param.number("uid", 0, 0xffff_ffffL, "The real uid."),
          Param.text("from", 64, "2023-08-11T10:45:00Z", "The first time that counts, written as at elsewhere."),
          Param.text("to", 64, "2023-08-11T10:46:00Z", "The first time that no longer does."),
          Param.text("at", 64, "2023-08-11T10:45:50Z", "In place of to, the last time that counts: what had happened by"
              + " then."), Param.text("boot", 36, "bbbbbbbb", "Only execs of that boot: its id, or as much of the start"
              + " as tells it from others."),
          Param.number("size", 1, MOST_SIZE, "How many to a page, at most.").otherwise(SIZE), CURSOR)
      .refuses(BUSY, STORE_FAILED, NOT_ACCEPTABLE)
      .gives(Answer.page(Page.class, ExecView.class, "A page of them.", "search.json"));

  private static final Endpoint EVENTS = Endpoint.get("getEvents", API + "/events")
      .says("What happens, as it is kept", "Server-sent events without end. Each has an id, with which the stream can be"
          + " taken up again, also after a restart of the service; no event is left out or told twice then. A watermark"
          + " comes at least every 15 seconds: everything up to then that is wanted has been told. Whoever takes nothing"
          + " for 10 seconds is told of it by a gap and sent away.")
      .takes(Param.text("Last-Event-ID", 64, "bbbbbbbb2222-86400123-17",
              "The id of the last event that was received: what follows it comes next. Goes before after.")
              .in(Param.Place.HEADER),
          Param.text("after", 64, "bbbbbbbb2222-86400123-17", "The same, for who cannot send headers. Without both, what"
              + " happens from now on."),
          Param.words("kind", List.of("fork", "exec", "exit", "gap", "watermark"), "Which events, with commas between; all"
              + " without it. A watermark, and a gap of the stream itself, comes in any case."),
          Param.text("comm", 64, "sshd", "The task's name, of an exec the one that it gave; with escapes as in the kernel"
              + " style."),
          Param.text("exe", 4096, "/usr/sbin/sshd",
              "The running image or the program that exec was asked for, with escapes as in the kernel style."),
          LINEAGE, Param.number("uid", 0, 0xffff_ffffL, "The real uid."),
          Param.text("root", 64, "3767", "A tid or task id: its process and all that descend from it."))
      .refuses(NO_SUCH_TASK, TOO_MANY_STREAMS, STORE_FAILED, NOT_ACCEPTABLE)
      .gives(new Answer("text/event-stream", EventView.class, List.of(), "The events.", "getEvents.txt"));

  private static final Endpoint STATUS = Endpoint.get("getStatus", API + "/status").tag("service").forEverything()
      .says("How following goes", "Sources, watermarks, losses, gaps, coverage, and the store.")
      .refuses(STORE_FAILED, NOT_ACCEPTABLE)
      .gives(Answer.json(StatusView.class, "What there is to say.", "getStatus.json"));

  private static final Endpoint METRICS = Endpoint.get("getMetrics", "/metrics").tag("service").forEverything()
      .says("What is counted, for Prometheus", "In its text format, or that of OpenMetrics where it is accepted.")
      .refuses(STORE_FAILED).gives(Answer.text("text/plain", "Counters and gauges.", null));

  private static final Endpoint HEALTHZ = Endpoint.get("getHealth", "/healthz").tag("service").open()
      .says("Whether the process runs and answers", "")
      .gives(Answer.text("text/plain", "It does.", "getHealth.txt"));

  private static final Endpoint READYZ = Endpoint.get("getReadiness", "/readyz").tag("service").open()
      .says("Whether tasks are being followed", "").refuses(NOT_READY)
      .gives(Answer.text("text/plain", "They are.", "getReadiness.txt"));

  private static final Endpoint OPENAPI = Endpoint.get("getOpenApi", "/openapi.json").tag("service").open()
      .says("This document", "It holds no data. OpenAPI 3.1, JSON Schema 2020-12.").refuses(NOT_ACCEPTABLE)
      .gives(Answer.text(Answer.JSON, "This document.", null));

  private Endpoints() {}

  public static List<Endpoint> all() {
    return List.of(TASK, HISTORY, CHILDREN, TREE, LINEAGES, ENRICH, SEARCH, EVENTS, STATUS, METRICS, HEALTHZ, READYZ,
        OPENAPI);
  }
}
