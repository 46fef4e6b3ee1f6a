// The same method on grpc-go, with its default server and generated stubs.
//
//	grpc-go PORT CERTIFICATE KEY
package main

import (
	"context"
	"log"
	"net"
	"os"

	"bench/pb"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

type service struct{}

func (service) Accrue(_ context.Context, request *pb.AccrueRequest) (*pb.AccrueResponse, error) {
	points := request.AmountMinor / 100
	return &pb.AccrueResponse{
		MemberId: request.MemberId,
		Points:   points,
		Balance:  12345 + points,
		Tier:     "GOLD",
		Lines:    []*pb.Line{{Rule: "base", Points: points, Multiplier: 1.5}},
	}, nil
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: grpc-go PORT CERTIFICATE KEY")
	}
	identity, err := credentials.NewServerTLSFromFile(os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(identity))
	pb.RegisterBenchServer(server, service{})
	log.Fatal(server.Serve(listener))
}
