using System.Collections.Concurrent;
using AsyncStack.Core.Workflows.Definition;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>Versions of workflows, which never change, made ready to run and kept in memory.</summary>
public sealed class WorkflowPlans
{
    private const int MaxKept = 500;

    private readonly ConcurrentDictionary<(string Workflow, int Version), RunPlan> _plans = new();

    /// <summary>The version of that number, which must be there.</summary>
    public async Task<RunPlan> FindAsync(NpgsqlConnection connection, string workflow, int version, CancellationToken cancellationToken)
    {
        if (_plans.TryGetValue((workflow, version), out var plan))
        {
            return plan;
        }

        await using var command = new NpgsqlCommand("select definition::text from workflow_versions where workflow = $1 and version = $2", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = workflow });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
        var json = (string?)await command.ExecuteScalarAsync(cancellationToken)
            ?? throw new InvalidOperationException($"Version {version} of the workflow '{workflow}' is gone.");
        if (_plans.Count >= MaxKept)
        {
            _plans.Clear();
        }

        return _plans[(workflow, version)] = new RunPlan(DefinitionParser.Parse(json));
    }

    /// <summary>The current version of a workflow, or one that was asked for; null when there is none.</summary>
    public async Task<(RunPlan Plan, int Version)?> FindCurrentAsync(
        NpgsqlConnection connection, string workflow, int? version, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand(
            "select version from workflows where name = $1 and ($2::int is null or $2 between 1 and version)", connection))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = workflow });
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer, Value = (object?)version ?? DBNull.Value });
            if (await command.ExecuteScalarAsync(cancellationToken) is not int current)
            {
                return null;
            }

            version ??= current;
        }

        return (await FindAsync(connection, workflow, version.Value, cancellationToken), version.Value);
    }
}
