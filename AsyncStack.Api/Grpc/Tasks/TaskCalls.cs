using System.Diagnostics;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Grpc.TaskV1;
using AsyncStack.Core.ResourceTasks;
using Google.Protobuf.WellKnownTypes;

namespace AsyncStack.Api.Grpc.Tasks;

/// <summary><c>task.v1.TaskService</c>: tasks on resources, recorded and read.</summary>
internal sealed class TaskCalls(ResourceTaskStore tasks)
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 100;

    public GrpcService Serve() => new GrpcService(TaskReflection.Descriptor.Services[0])
        .Unary<ProcessTaskRequest, ProcessTaskResponse>("ProcessTask", ProcessAsync)
        .Unary<GetTaskStatusRequest, GetTaskStatusResponse>("GetTaskStatus", GetStatusAsync)
        .Unary<ListTasksRequest, ListTasksResponse>("ListTasks", ListAsync);

    private async Task<ProcessTaskResponse> ProcessAsync(ProcessTaskRequest request, GrpcCall call)
    {
        TaskFields.Check(request);
        var task = await tasks.CreateAsync(
            request.ResourceId, request.Action, new Dictionary<string, string>(request.Metadata), Activity.Current?.Id, call.Cancellation);
        return new ProcessTaskResponse { TaskId = task.Id, Status = task.Status, CreatedAt = Timestamp.FromDateTimeOffset(task.CreatedAt) };
    }

    private async Task<GetTaskStatusResponse> GetStatusAsync(GetTaskStatusRequest request, GrpcCall call)
    {
        TaskFields.CheckText("task_id", request.TaskId);
        var task = await tasks.FindAsync(request.TaskId, call.Cancellation)
            ?? throw new GrpcException(GrpcCode.NotFound, $"There is no task '{request.TaskId}'.");
        return new GetTaskStatusResponse
        {
            TaskId = task.Id,
            ResourceId = task.ResourceId,
            Action = task.Action,
            Status = task.Status,
            Result = task.Result ?? "",
            CreatedAt = Timestamp.FromDateTimeOffset(task.CreatedAt),
            UpdatedAt = Timestamp.FromDateTimeOffset(task.UpdatedAt),
        };
    }

    private async Task<ListTasksResponse> ListAsync(ListTasksRequest request, GrpcCall call)
    {
        TaskFields.Check(request);
        var size = request.PageSize == 0 ? DefaultPageSize : Math.Min(request.PageSize, MaxPageSize);
        try
        {
            var page = await tasks.ListAsync(size, request.PageToken.Length == 0 ? null : request.PageToken, call.Cancellation);
            return new ListTasksResponse { Tasks = { page.Tasks.Select(View) }, NextPageToken = page.NextCursor ?? "" };
        }
        catch (FormatException)
        {
            throw new GrpcException(
                GrpcCode.InvalidArgument, $"page_token is '{request.PageToken}'; take it from next_page_token of the page before.");
        }
    }

    private static TaskV1.Task View(ResourceTask task) => new()
    {
        TaskId = task.Id,
        ResourceId = task.ResourceId,
        Action = task.Action,
        Status = task.Status,
        CreatedAt = Timestamp.FromDateTimeOffset(task.CreatedAt),
        UpdatedAt = Timestamp.FromDateTimeOffset(task.UpdatedAt),
    };
}
