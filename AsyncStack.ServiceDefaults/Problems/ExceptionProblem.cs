using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using StackExchange.Redis;

namespace AsyncStack.ServiceDefaults.Problems;

/// <summary>Which problem an exception is. Details come from us, never from a foreign exception's message.</summary>
public static class ExceptionProblem
{
    internal static ProblemDetails From(Exception exception) => exception switch
    {
        BadHttpRequestException bad => BadRequestProblem.From(bad),
        _ when IsUnavailable(exception) => new() { Status = StatusCodes.Status503ServiceUnavailable },
        _ => new() { Status = StatusCodes.Status500InternalServerError },
    };

    /// <summary>True when a server this service stands on does not answer, however deep the cause is wrapped.</summary>
    public static bool IsUnavailable(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (IsUnavailability(cause))
                return true;
        }

        return false;
    }

    private static bool IsUnavailability(Exception cause) => cause switch
    {
        PostgresException postgres => IsServerState(postgres.SqlState),
        NpgsqlException npgsql => npgsql.IsTransient,
        TimeoutException or SocketException => true,
        BrokerUnreachableException or AlreadyClosedException => true,
        OperationInterruptedException interrupted => IsConnectionLoss(interrupted.ShutdownReason),
        RedisConnectionException => true,
        _ => false,
    };

    /// <summary>Other reply codes, such as those for a missing queue or an unequal argument, are mistakes of ours.</summary>
    private static bool IsConnectionLoss(ShutdownEventArgs? reason) =>
        reason?.ReplyCode is null or 0 or Constants.ConnectionForced or Constants.InternalError;

    /// <summary>Connection loss (08), resources spent (53), and shutdown, crash or start of the server (57P01 to 57P05).</summary>
    private static bool IsServerState(string sqlState) =>
        sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("57P", StringComparison.Ordinal);
}
