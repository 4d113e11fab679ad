using System.Text.Json;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>Reads what templates name of steps that have ended.</summary>
internal static class StepResultRows
{
    /// <summary>The results of a step's jobs together, in bytes, that a template may name; larger ones are to be had by <c>result_uri</c>.</summary>
    private const int MaxListChars = 1024 * 1024;

    private const string Sql = """
        select w.run_id, w.step, j.id, j.result::text, j.result_uri
        from unnest(@runs, @steps, @rounds) as w(run_id, step, round)
        join jobs j on j.run_id = w.run_id and j.step = w.step and j.step_round = w.round
        order by w.run_id, w.step, j.step_index
        """;

    /// <summary>Adds the results of these steps to their runs.</summary>
    public static async Task ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<(RunRecord Run, string Step)> wanted, CancellationToken cancellationToken)
    {
        var jobs = wanted.ToDictionary(w => (w.Run.Id, w.Step), _ => new List<(Guid Id, string? Json, string? Uri)>());
        await using (var command = new NpgsqlCommand(Sql, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]>("runs", [.. wanted.Select(w => w.Run.Id)]));
            command.Parameters.Add(new NpgsqlParameter<string[]>("steps", [.. wanted.Select(w => w.Step)]));
            command.Parameters.Add(new NpgsqlParameter<int[]>("rounds", [.. wanted.Select(w => Progress(w.Run, w.Step).Round)]));
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                jobs[(rows.GetGuid(0), rows.GetString(1))].Add((rows.GetGuid(2), Text(rows, 3), Text(rows, 4)));
            }
        }

        foreach (var (run, step) in wanted)
        {
            run.Results[step] = Describe(run, step, jobs[(run.Id, step)]);
        }
    }

    private static StepProgress Progress(RunRecord run, string step) => run.Machine.Steps[run.Plan.PlaceOf(step)];

    private static JsonElement Describe(RunRecord run, string step, List<(Guid Id, string? Json, string? Uri)> jobs)
    {
        var progress = Progress(run, step);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("state", progress.State);
            json.WriteString("error", progress.Error);
            if (run.Plan.Steps[run.Plan.PlaceOf(step)].ForEach is null)
            {
                WriteOne(json, progress, jobs.Count > 0 ? jobs[0] : null);
            }
            else
            {
                WriteList(json, jobs);
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static void WriteOne(Utf8JsonWriter json, StepProgress step, (Guid Id, string? Json, string? Uri)? job)
    {
        // Without the name, a template of it says that the result is too large; a step that did not complete has none, which is null.
        if (job?.Uri is null || step.State != StepState.Completed)
        {
            json.WritePropertyName("result");
            json.WriteRawValue(job?.Json ?? "null", skipInputValidation: true);
        }

        json.WriteString("result_uri", job?.Uri);
        if (job is { } known)
        {
            json.WriteString("job_id", known.Id);
        }
        else
        {
            json.WriteNull("job_id");
        }
    }

    private static void WriteList(Utf8JsonWriter json, List<(Guid Id, string? Json, string? Uri)> jobs)
    {
        if (jobs.Sum(j => j.Json?.Length ?? 0) <= MaxListChars)
        {
            json.WriteStartArray("result");
            jobs.ForEach(j => json.WriteRawValue(j.Json ?? "null", skipInputValidation: true));
            json.WriteEndArray();
        }

        json.WriteStartArray("result_uri");
        jobs.ForEach(j => json.WriteStringValue(j.Uri));
        json.WriteEndArray();
        json.WriteStartArray("job_id");
        jobs.ForEach(j => json.WriteStringValue(j.Id));
        json.WriteEndArray();
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
