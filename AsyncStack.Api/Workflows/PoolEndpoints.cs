using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Workflows.Running;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Pools: how many jobs of steps that name one run at once, over all runs.</summary>
internal static class PoolEndpoints
{
    private const string Example = """{"name": "database", "slots": 4, "used": 4, "waiting": 12}""";

    public static void MapPools(this IEndpointRouteBuilder app)
    {
        var pools = app.MapGroup("/api/v1/pools").WithTags("Workflows");
        pools.MapGet("", ListAsync).Describe("ListPools", "Pools, and how full they are", o => o.Answers<List<PoolView>>(200, "The pools.", $"[{Example}]").Refuses(503));
        pools.MapPut("/{pool}", PutAsync).ByActor().Describe("PutPool", "Makes a pool, or changes its places", o => o
            .Path("pool", "The pool's name: 1 to 100 letters, digits, `_` and `-`.", Schemas.Text(100))
            .Takes<PoolBody>("""{"slots": 4}""")
            .Acted()
            .Answers<PoolView>(200, "The pool.", Example)
            .Refuses(422, 503));
    }

    private static async Task<IResult> ListAsync(PoolStore pools, CancellationToken cancellationToken) =>
        Results.Json(await pools.ListAsync(cancellationToken), WorkflowJson.Default.ListPoolView);

    private static async Task<IResult> PutAsync(string pool, HttpContext context, PoolStore pools, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        WorkflowEndpoints.CheckName(pool, errors, "pool");
        int? slots = null;
        if (body.Root.ValueKind != System.Text.Json.JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
        }
        else if ((slots = new JsonFields(body.Root, errors).Integer("slots", 0, 100_000)) is null && !errors.Any)
        {
            errors.Add("slots", "slots is required: a whole number from 0 to 100000.");
        }

        return errors.Any
            ? errors.ToResult()
            : Results.Json(await pools.PutAsync(pool, slots!.Value, Actor.Of(context)), WorkflowJson.Default.PoolView);
    }
}

/// <summary>The table <c>workflow_pools</c>.</summary>
internal sealed class PoolStore(NpgsqlDataSource database, RunTransactions transactions, TimeProvider time)
{
    private const string PutSql = """
        insert into workflow_pools (name, slots, updated_at) values (@name, @slots, @now)
        on conflict (name) do update set slots = excluded.slots, updated_at = excluded.updated_at
        """;

    private const string ListSql = """
        select p.name, p.slots,
            count(j.id) filter (where j.state in ('queued', 'running') or j.run_at is not null)::int,
            count(j.id) filter (where j.state = 'scheduled' and j.run_at is null)::int
        from workflow_pools p left join jobs j on j.pool = p.name and j.state in ('scheduled', 'queued', 'running')
        where @name::text is null or p.name = @name group by p.name order by p.name
        """;

    public async Task<PoolView> PutAsync(string name, int slots, string actor)
    {
        await transactions.RunAsync(
            async (connection, runs) =>
            {
                var now = time.GetUtcNow();
                await using var command = new NpgsqlCommand(PutSql, connection);
                command.Parameters.AddWithValue("name", name);
                command.Parameters.AddWithValue("slots", slots);
                command.Parameters.AddWithValue("now", now);
                await command.ExecuteNonQueryAsync();
                await AuditLog.AddAsync(connection, actor, now, [new AuditEntry(AuditActions.PutPool, name, $$"""{"slots": {{slots}}}""")], CancellationToken.None);
                runs.FillPool(name);
                return true;
            },
            CancellationToken.None);
        return (await ReadAsync(name, CancellationToken.None))[0];
    }

    public Task<List<PoolView>> ListAsync(CancellationToken cancellationToken) => ReadAsync(null, cancellationToken);

    private async Task<List<PoolView>> ReadAsync(string? name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.AddWithValue("name", NpgsqlTypes.NpgsqlDbType.Text, (object?)name ?? DBNull.Value);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var pools = new List<PoolView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            pools.Add(new PoolView(rows.GetString(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetInt32(3)));
        }

        return pools;
    }
}
