using System.Data.Common;
using System.Text.Json.Serialization;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Audit;

/// <summary>Who did what.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app) => app.MapGet("/api/v1/audit", ListAsync).WithTags("Operators").Describe(
        "ListAudit", "Lists who did what", o => o
            .Query("action", "Only this action.", Schemas.OneOf(AuditActions.All))
            .Query("subject_type", "Only what was done to things of this kind.", Schemas.OneOf(AuditActions.SubjectTypes))
            .Query("subject_id", "Only what was done to this thing.", Schemas.Text())
            .Query("actor", "Only what this actor did.", Schemas.Text())
            .Lists<AuditView>("The rows.", "[]"));

    private static async Task<IResult> ListAsync(HttpContext context, AuditLog audit)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(context.Request, errors);
        var filter = AuditFilter.Read(context.Request, errors);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(
                paging.Cut(await audit.ListAsync(filter, paging, context.RequestAborted), e => e.Id, context), AuditJson.Default.ListAuditView);
    }
}

/// <summary>Which rows a list is to hold; null for all.</summary>
internal sealed record AuditFilter(string? Action, string? SubjectType, string? SubjectId, string? Actor)
{
    public static AuditFilter Read(HttpRequest request, FieldErrors errors)
    {
        var (action, type) = (request.QueryText("action"), request.QueryText("subject_type"));
        CheckKnown("action", action, AuditActions.All, errors);
        CheckKnown("subject_type", type, AuditActions.SubjectTypes, errors);
        var (subject, actor) = (request.QueryText("subject_id"), request.QueryText("actor"));
        errors.CheckText("subject_id", subject);
        errors.CheckText("actor", actor);
        return new AuditFilter(action, type, subject, actor);
    }

    private static void CheckKnown(string name, string? text, IReadOnlyList<string> known, FieldErrors errors)
    {
        if (text is not null && !known.Contains(text))
        {
            errors.Add(name, $"{name} is '{text}'; it must be one of {string.Join(", ", known)}.");
        }
    }
}

/// <summary>A row of the audit.</summary>
/// <param name="Id">The row.</param>
/// <param name="At">When it was done.</param>
/// <param name="Actor">Who did it: <c>key:</c> and the prefix of a key, the name of a token, or, where nobody has to say who they are, what the header <c>X-Actor</c> said.</param>
/// <param name="Action">What was done, such as <c>job.cancel</c>.</param>
/// <param name="SubjectType">What kind of thing it was done to, such as <c>job</c>.</param>
/// <param name="SubjectId">Which one: an id, or a queue's name.</param>
/// <param name="Details">More of it; null when there is no more to say.</param>
internal sealed record AuditView(
    Guid Id,
    DateTimeOffset At,
    string Actor,
    string Action,
    string SubjectType,
    string SubjectId,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Details)
{
    public static AuditView Read(DbDataReader row) => new(
        row.GetGuid(0),
        row.GetFieldValue<DateTimeOffset>(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<AuditView>))]
internal sealed partial class AuditJson : JsonSerializerContext;
