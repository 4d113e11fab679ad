using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Resources;

/// <summary>Resources, whose every change is told by an event.</summary>
internal static class ResourceEndpoints
{
    private const string Path = "/api/v1/resources";
    private const string TagMeaning = "The strong entity tag, for If-Match and If-None-Match.";
    private const string ExampleBody = """{"name": "printer", "description": "third floor"}""";
    private const string Example = """
        {
          "id": "0192f0c4-0000-7000-8000-000000000001",
          "name": "printer",
          "description": "third floor",
          "status": "active",
          "created_at": "2030-01-31T12:00:00Z",
          "updated_at": "2030-01-31T12:00:00Z"
        }
        """;

    public static void MapResources(this IEndpointRouteBuilder app)
    {
        var resources = app.MapGroup(Path).WithTags("Resources");
        resources.MapPost("", PostAsync).Describe("CreateResource", "Creates a resource", o => o
            .Takes<ResourceBody>(ExampleBody)
            .Keyed()
            .Answers<Resource>(201, "The resource.", Example).With("Location", "The resource.").With("ETag", TagMeaning)
            .Refuses(503));
        resources.MapGet("", ListAsync).Describe("ListResources", "Lists resources", o => o
            .Lists<Resource>("The resources.", $"[{Example}]"));
        resources.MapGet("/{id}", GetAsync).Describe("GetResource", "A resource", o => o
            .Path("id", "The id.", Schemas.Uuid())
            .Conditional()
            .Answers<Resource>(200, "The resource.", Example).With("ETag", TagMeaning)
            .Answers(304, "It is still what If-None-Match names.").With("ETag", TagMeaning)
            .Refuses(404, 503));
        resources.MapPut("/{id}", PutAsync).Describe("ReplaceResource", "Replaces all of a resource", o => o
            .Path("id", "The id.", Schemas.Uuid())
            .Takes<ResourceBody>(ExampleBody)
            .Conditional()
            .Answers<Resource>(200, "The resource as it is now.", Example).With("ETag", TagMeaning)
            .Refuses(404, 422, 503));
        resources.MapDelete("/{id}", DeleteAsync).Describe("DeleteResource", "Deletes a resource", o => o
            .Path("id", "The id.", Schemas.Uuid())
            .Conditional()
            .Answers(204, "It is gone.")
            .Refuses(404, 503));
    }

    private static async Task<IResult> PostAsync(HttpContext context, ResourceStore store, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        var request = ResourceRequest.Read(body.Root, errors);
        var key = IdempotencyHeader.Read(context.Request, $"POST {Path}", body.Bytes, errors);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        // Not the request's token: once the commit is under way, its answer must be known.
        var (outcome, answer) = await store.CreateAsync(request!, key, Answer, CancellationToken.None);
        if (outcome is AcceptOutcome.Accepted or AcceptOutcome.Repeated)
        {
            context.Response.Headers.ETag = Preconditions.Tag(1);
        }

        return CreatedResults.ToResult(outcome, answer, key, context.Response);
    }

    private static JobAnswer Answer(Resource resource) => new(
        StatusCodes.Status201Created, $"{Path}/{resource.Id}", JsonSerializer.Serialize(resource, ResourceJson.Default.Resource));

    private static async Task<IResult> ListAsync(HttpContext context, ResourceStore store)
    {
        var errors = new FieldErrors();
        var page = Paging.Read(context.Request, errors);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(
                page.Cut(await store.ListAsync(page, context.RequestAborted), r => r.Id, context), ResourceJson.Default.ListResource);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, ResourceStore store)
    {
        var errors = new FieldErrors();
        var resourceId = ReadId(id, errors);
        var conditions = Preconditions.Read(context.Request, errors);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        if (await store.FindAsync(resourceId, context.RequestAborted) is not { } resource)
        {
            return NotFound(id);
        }

        if (!conditions.MatchMet(resource.Version))
        {
            return ConditionFailed(context, resource.Version);
        }

        context.Response.Headers.ETag = Preconditions.Tag(resource.Version);
        return conditions.NoneMatchMet(resource.Version)
            ? Results.Json(resource, ResourceJson.Default.Resource)
            : Results.StatusCode(StatusCodes.Status304NotModified);
    }

    private static async Task<IResult> PutAsync(string id, HttpContext context, ResourceStore store, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        var resourceId = ReadId(id, errors);
        var conditions = Preconditions.Read(context.Request, errors);
        var request = ResourceRequest.Read(body.Root, errors);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        switch (await store.ReplaceAsync(resourceId, request!, conditions, context.RequestAborted))
        {
            case ChangeOutcome.Changed changed:
                context.Response.Headers.ETag = Preconditions.Tag(changed.Resource.Version);
                return Results.Json(changed.Resource, ResourceJson.Default.Resource);
            case ChangeOutcome.ConditionFailed failed:
                return ConditionFailed(context, failed.Version);
            default:
                return NotFound(id);
        }
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, ResourceStore store)
    {
        var errors = new FieldErrors();
        var resourceId = ReadId(id, errors);
        var conditions = Preconditions.Read(context.Request, errors);
        return errors.Any
            ? errors.ToResult()
            : await store.DeleteAsync(resourceId, conditions, context.RequestAborted) switch
            {
                ChangeOutcome.Changed => Results.NoContent(),
                ChangeOutcome.ConditionFailed failed => ConditionFailed(context, failed.Version),
                _ => NotFound(id),
            };
    }

    private static Guid ReadId(string text, FieldErrors errors)
    {
        if (!Guid.TryParseExact(text, "D", out var id))
        {
            errors.Add("id", $"id is '{text}'; it must be a UUID.", StatusCodes.Status400BadRequest);
        }

        return id;
    }

    private static IResult NotFound(string id) => Results.Problem($"There is no resource '{id}'.", statusCode: StatusCodes.Status404NotFound);

    // The current tag goes along, so that the caller can look at once whether its change still makes sense.
    private static IResult ConditionFailed(HttpContext context, long version)
    {
        var tag = Preconditions.Tag(version);
        context.Response.Headers.ETag = tag;
        var (match, noneMatch) = (context.Request.Headers.IfMatch, context.Request.Headers.IfNoneMatch);
        var asked = noneMatch.Count > 0 ? $"If-None-Match is '{noneMatch}'" : $"If-Match is '{match}'";
        return Results.Problem(
            $"The resource's ETag is {tag}, and {asked}. Read the resource again and repeat the request with its ETag.",
            statusCode: StatusCodes.Status412PreconditionFailed);
    }
}
