using AsyncStack.Api.OpenApi;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using static AsyncStack.Api.Identity.Scopes;

namespace AsyncStack.Api.Identity;

/// <summary>
/// Who may call what: the one table of it. An endpoint takes the line with the longest path that its route begins with, and of that line
/// what stands for its method. An endpoint without a line is refused to everybody. Only the probes, which every service has, are not
/// here: <c>/health</c>, <c>/alive</c> and <c>/metrics</c> are open, and the gateway keeps the last of them inside.
/// </summary>
internal static class EndpointAccess
{
    /// <summary>No credential is asked for.</summary>
    private static readonly Access Anyone = new(null);

    /// <summary>Any valid credential will do.</summary>
    private static readonly Access Known = Of(None);

    /// <summary>There is no such method.</summary>
    private const Access? Never = null;

    private static readonly Line[] Lines =
    [
        // path                                        GET, HEAD           all else
        new("/",                                       Anyone,             Never, Whole: true), // The landing page, the same for everybody.
        new("/home",                                   Anyone,             Never),
        new("/openapi",                                Anyone,             Never),
        new("/auth/session",                           Known,              Anyone), // The key in its body, or the cookie to end, is the credential.
        new("/api/v1/files",                           Anyone,             Anyone), // The URL's signature is the credential.
        new("/api/process",                            Of(JobsRead),       Of(JobsSubmit)),
        new("/task",                                   Of(JobsRead),       Of(JobsSubmit)),
        new("/jobs",                                   Of(JobsRead),       Of(JobsSubmit)),
        new("/jobs/{id:guid}",                         Of(JobsRead),       Of(JobsManage)),
        new("/api/v1/jobs",                            Never,              Of(JobsManage)),
        new("/stats",                                  Of(JobsRead),       Never),
        new("/api/v1/live",                            Of(JobsRead),       Never),
        new("/save",                                   Of(JobsSubmit),     Of(JobsSubmit)), // Its GET saves too.
        new("/view",                                   Of(JobsRead),       Never),
        new("/api/v1/messages",                        Of(JobsRead),       Never),
        new("/api/v1/resources",                       Of(JobsRead),       Of(JobsSubmit)),
        new("/api/v1/tasks",                           Of(JobsRead),       Never),
        new("/api/v1/events",                          Of(JobsRead),       Never),
        new("/datasets",                               Of(DatasetsRead),   Of(DatasetsWrite)),
        new("/api/v1/workflows",                       Of(WorkflowsRead),  Of(WorkflowsWrite)),
        new("/api/v1/workflows/{workflow}/validate",   Never,              Of(WorkflowsRead)), // Nothing is kept.
        new("/api/v1/workflows/{workflow}/runs",       Of(WorkflowsRead),  Of(JobsSubmit)), // As POST /api/process with a workflow.
        new("/api/v1/runs",                            Of(WorkflowsRead),  Of(JobsManage)),
        new("/api/v1/backfills",                       Of(WorkflowsRead),  Of(WorkflowsWrite)),
        new("/api/v1/schedules",                       Of(WorkflowsRead),  Of(WorkflowsWrite)),
        new("/api/v1/pools",                           Of(WorkflowsRead),  Of(WorkflowsWrite)),
        new("/api/v1/webhooks",                        Of(WebhooksManage), Of(WebhooksManage)),
        new("/api/v1/dead-letters",                    Of(Ops),            Of(Ops)),
        new("/api/v1/queues",                          Of(Ops),            Of(Ops)),
        new("/api/v1/workers",                         Of(Ops),            Never),
        new("/api/v1/audit",                           Of(Ops),            Never),
        new("/api/v1/keys",                            Of(Admin),          Of(Admin)),
        new("/task.v1.TaskService/ProcessTask",        Never,              Of(JobsSubmit)),
        new("/task.v1.TaskService/GetTaskStatus",      Never,              Of(JobsRead)),
        new("/task.v1.TaskService/ListTasks",          Never,              Of(JobsRead)),
        new("/grpc.health.v1.Health",                  Never,              Anyone),
        new("/grpc.health.v1.Health/Watch",            Never,              Known), // A stream that nobody may hold open unknown.
        new("/grpc.reflection.v1.ServerReflection",    Never,              Known),
        new("/grpc.reflection.v1alpha.ServerReflection", Never,            Known),
    ];

    /// <summary>A group whose endpoints get the policies of the table.</summary>
    public static RouteGroupBuilder MapNamedEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("");
        ((IEndpointConventionBuilder)group).Add(Apply);
        return group;
    }

    /// <summary>The scopes that an endpoint asks for: none for any known caller; null when it asks for nothing.</summary>
    public static Scopes? ScopesOf(IEnumerable<object> metadata) =>
        metadata.OfType<AuthorizationPolicy>().SelectMany(p => p.Requirements).OfType<ScopeRequirement>().FirstOrDefault()?.Scopes;

    private static void Apply(EndpointBuilder builder)
    {
        var path = "/" + ((RouteEndpointBuilder)builder).RoutePattern.RawText?.Trim('/');
        var methods = builder.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods ?? [];
        if (Lines.Where(l => l.Covers(path)).MaxBy(l => l.Path.Length) is not { } line)
        {
            return;
        }

        var accesses = methods.Select(m => HttpMethods.IsGet(m) || HttpMethods.IsHead(m) ? line.Reading : line.Else).Distinct().ToList();
        if (accesses is not [{ } access])
        {
            return;
        }

        if (access.Policy is not { } policy)
        {
            builder.Metadata.Add(new AllowAnonymousAttribute());
            return;
        }

        builder.Metadata.Add(policy);
        builder.Metadata.Add(Refusal(StatusCodes.Status401Unauthorized));
        builder.Metadata.Add(Refusal(StatusCodes.Status429TooManyRequests));
        if (ScopesOf(builder.Metadata) != None)
        {
            builder.Metadata.Add(Refusal(StatusCodes.Status403Forbidden));
        }
    }

    private static ProducesResponseTypeMetadata Refusal(int status) => new(status, typeof(Problem), [Problems.MediaType]);

    private static Access Of(Scopes scopes) => new(ScopeRequirement.Policy(scopes));

    private sealed record Access(AuthorizationPolicy? Policy);

    private sealed record Line(string Path, Access? Reading, Access? Else, bool Whole = false)
    {
        public bool Covers(string path) => path == Path || (!Whole && path.StartsWith(Path, StringComparison.Ordinal) && path[Path.Length] == '/');
    }
}
