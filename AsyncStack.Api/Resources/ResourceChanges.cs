using AsyncStack.Core.Messaging;

namespace AsyncStack.Api.Resources;

/// <summary>
/// The statements that change a resource. Each writes the event too, and so both commit together. The event takes its number
/// when the change hands on its row, which it has locked by then and which stays locked until the commit: of one resource, a
/// number is drawn only after the one before has been committed, so that who reads by number never finds a lower one later.
/// Numbers of different resources may show in any order.
/// </summary>
internal static class ResourceChanges
{
    private const string Where = """
        where id = @id
          and (@match::bigint[] is null or version = any(@match)) and (@none_match::bigint[] is null or version <> all(@none_match))
        """;

    private const string Whole = """
        c.id, c.name, c.description, c.status,
        to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
        to_char(c.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as updated_at
        """;

    public static readonly string Create = With(
        """
        insert into resources (id, name, description, status, version, created_at, updated_at)
        values (@id, @name, @description, @status, 1, @now, @now)
        """,
        EventTypes.ResourceCreated,
        Whole);

    public static readonly string Replace = With(
        $"""
        update resources set name = @name, description = @description, status = @status, version = version + 1,
            updated_at = greatest(@now, updated_at + interval '1 microsecond')
        {Where}
        """,
        EventTypes.ResourceUpdated,
        Whole);

    public static readonly string Delete = With($"delete from resources {Where}", EventTypes.ResourceDeleted, "c.id, 'deleted' as status");

    private static string With(string change, string eventType, string body) => $"""
        with changed as (
            {change} returning {Resource.SqlColumns}
        ), event as (
            insert into outbox (id, exchange, routing_key, type, body, traceparent, partition_key, sequence)
            select @event_id, '{Topology.EventsExchange}', '{eventType}', '{eventType}', convert_to(row_to_json(b)::text, 'UTF8'),
                   @trace, c.id::text, nextval('outbox_sequence')
            from changed c cross join lateral (select {body}) b
        )
        select {Resource.SqlColumns} from changed
        """;
}
