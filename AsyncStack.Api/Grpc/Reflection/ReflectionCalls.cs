using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Grpc.ReflectionV1;
using Google.Protobuf.Reflection;
using static AsyncStack.Api.Grpc.ReflectionV1.ServerReflectionRequest;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace AsyncStack.Api.Grpc.Reflection;

/// <summary>
/// <c>grpc.reflection.v1.ServerReflection</c>, and the same under its earlier name <c>v1alpha</c>: the bytes of both are alike, so
/// one set of messages serves them. Source: grpc/grpc, doc/server-reflection.md.
/// </summary>
internal sealed class ReflectionCalls(ServedProtos protos)
{
    public GrpcService Serve(ServiceDescriptor version) => new GrpcService(version)
        .Bidirectional<ServerReflectionRequest, ServerReflectionResponse>("ServerReflectionInfo", AnswerAsync);

    private async IAsyncEnumerable<ServerReflectionResponse> AnswerAsync(IAsyncEnumerable<ServerReflectionRequest> questions, GrpcCall call)
    {
        var sent = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var question in questions.WithCancellation(call.Cancellation))
        {
            yield return Answer(question, sent);
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest question, HashSet<string> sent)
    {
        var answer = new ServerReflectionResponse { ValidHost = question.Host, OriginalRequest = question };
        switch (question.MessageRequestCase)
        {
            case MessageRequestOneofCase.ListServices:
                answer.ListServicesResponse = new() { Service = { protos.Services.Order(StringComparer.Ordinal).Select(s => new ServiceResponse { Name = s }) } };
                break;
            case MessageRequestOneofCase.FileByFilename:
                Put(protos.FindFile(question.FileByFilename), $"There is no file '{question.FileByFilename}'.", answer, sent);
                break;
            case MessageRequestOneofCase.FileContainingSymbol:
                Put(protos.FindSymbol(question.FileContainingSymbol), $"Nothing is named '{question.FileContainingSymbol}'.", answer, sent);
                break;
            case MessageRequestOneofCase.FileContainingExtension:
                var wanted = question.FileContainingExtension;
                var file = protos.FindExtension(wanted.ContainingType, wanted.ExtensionNumber);
                Put(file, $"'{wanted.ContainingType}' has no extension {wanted.ExtensionNumber}.", answer, sent);
                break;
            case MessageRequestOneofCase.AllExtensionNumbersOfType:
                PutNumbers(question.AllExtensionNumbersOfType, answer);
                break;
            default:
                answer.ErrorResponse = Error(GrpcCode.InvalidArgument, "The request asks nothing; set one field of message_request.");
                break;
        }

        return answer;
    }

    /// <summary>The file asked for, and what it imports as far as this stream has not had it.</summary>
    private static void Put(FileDescriptor? file, string otherwise, ServerReflectionResponse answer, HashSet<string> sent)
    {
        if (file is null)
        {
            answer.ErrorResponse = Error(GrpcCode.NotFound, otherwise);
            return;
        }

        sent.Remove(file.Name);
        answer.FileDescriptorResponse = new()
        {
            FileDescriptorProto = { ServedProtos.Closure([file]).Where(f => sent.Add(f.Name)).Select(f => f.SerializedData) },
        };
    }

    private void PutNumbers(string type, ServerReflectionResponse answer)
    {
        if (protos.FindExtensions(type) is { } numbers)
        {
            answer.AllExtensionNumbersResponse = new() { BaseTypeName = type, ExtensionNumber = { numbers } };
        }
        else
        {
            answer.ErrorResponse = Error(GrpcCode.NotFound, $"There is no message type '{type}'.");
        }
    }

    private static ErrorResponse Error(GrpcCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };
}
