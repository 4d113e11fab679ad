using System.Text.Json;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>What a session has besides telemetry; whoever hosts the dashboard registers it.</summary>
/// <param name="Name">Of the application.</param>
/// <param name="Resources">The resources as <c>/api/resources</c> tells them.</param>
/// <param name="Console">What the resources wrote.</param>
internal sealed record SessionSource(string Name, Func<IEnumerable<JsonElement>> Resources, Func<IEnumerable<SessionLine>> Console);

/// <summary>A line that a resource wrote.</summary>
/// <param name="Resource">Its name.</param>
/// <param name="N">Its number, from 1.</param>
/// <param name="At">Milliseconds since the epoch.</param>
/// <param name="Replica">Who wrote it, from 0.</param>
/// <param name="Error">It came from standard error.</param>
/// <param name="Text">The line.</param>
internal sealed record SessionLine(string Resource, long N, long At, int Replica, bool Error, string Text);

/// <summary>A session from a file.</summary>
internal sealed record ImportedSession(
    string Name, DateTimeOffset ExportedAt, TelemetrySession Telemetry, IReadOnlyList<JsonElement> Resources, ILookup<string, SessionLine> Console);
